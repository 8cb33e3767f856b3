#include "tasks/datasets/fetch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "harness/base/units.h"
#include "harness/base/words.h"
#include "tasks/datasets/unpack.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

constexpr int kFruitless = 3;  ///< tries in a row that bring nothing

struct Try {
  int code = 2;
  std::string why;
};

std::int64_t size_of(const std::string& path) {
  std::error_code absent;
  const auto size = fs::file_size(path, absent);
  return absent ? 0 : static_cast<std::int64_t>(size);
}

/// Runs the downloader once; what it says on stderr is why.
Try try_once(const std::string& program, const Fetchable& file, const std::string& partial) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  std::array<std::string, 4> words = {program, file.url, partial, std::to_string(file.bytes)};
  std::array<char*, 5> argv = {words[0].data(), words[1].data(), words[2].data(), words[3].data(), nullptr};
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  pid_t child = 0;
  const int failed = ::posix_spawn(&child, program.c_str(), &actions, nullptr, argv.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  Try result;
  std::array<char, 4096> block{};
  for (ssize_t n = 0; (n = ::read(ends[0], block.data(), block.size())) > 0;) result.why.append(block.data(), static_cast<std::size_t>(n));
  ::close(ends[0]);
  if (failed != 0) throw UserError(fmt::format("cannot start {}, which downloads", program));
  int status = 0;
  ::waitpid(child, &status, 0);
  result.code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  result.why = std::string(trim(result.why));
  return result;
}

/// The file grows until it is whole; a server that breaks off is asked for the rest.
void download(const Fetchable& file, const std::string& partial, const std::string& program,
              const std::function<void(const std::string&)>& say) {
  int fruitless = 0;
  while (size_of(partial) < file.bytes) {
    const std::int64_t before = size_of(partial);
    if (before > 0) say(fmt::format("{}: continues at {} of {} bytes", file.place, before, file.bytes));
    const Try result = try_once(program, file, partial);
    if (result.code == 0) return;
    fruitless = size_of(partial) > before ? 0 : fruitless + 1;
    if (result.code == 1 && fruitless < kFruitless) continue;
    throw UserError(fmt::format("{}: {}; {} of {} bytes are kept as {}", file.url, result.why, size_of(partial), file.bytes, partial));
  }
}

void require_listed_bytes(const Fetchable& file, const std::string& partial, const std::string& refused) {
  const std::string sum = sha256_of_file(partial);
  if (size_of(partial) == file.bytes && sum == file.sha256) return;
  fs::rename(partial, refused);
  throw UserError(fmt::format("{}: {} bytes of SHA-256 {}, listed are {} of {}; kept as {}", file.url, size_of(refused), sum, file.bytes,
                              file.sha256, refused));
}

/// Members lie beside the archive once all of them are written.
void unpack_beside(const std::string& archive) {
  const std::string staging = archive + ".unpacking";
  fs::remove_all(staging);
  try {
    unpack(archive, staging);
  } catch (...) {
    fs::remove_all(staging);
    throw;
  }
  const fs::path beside = fs::path(archive).parent_path();
  for (const auto& entry : fs::directory_iterator(staging)) {
    const fs::path to = beside / entry.path().filename();
    if (fs::exists(to)) {
      fs::remove_all(staging);
      throw UserError(fmt::format("{} is in the way of unpacking {}", to.string(), archive));
    }
  }
  for (const auto& entry : fs::directory_iterator(staging)) fs::rename(entry.path(), beside / entry.path().filename());
  fs::remove(staging);
}

}  // namespace

Fetched fetch(const Fetchable& file, const std::string& folder, const std::string& downloader,
              const std::function<void(const std::string& line)>& say) {
  const std::string place = folder + "/" + file.place, partial = place + ".partial";
  if (fs::exists(place)) {
    const std::string sum = sha256_of_file(place);
    if (sum == file.sha256) return Fetched::here_already;
    throw UserError(fmt::format("{} is here already, with SHA-256 {}; listed is {}", place, sum, file.sha256));
  }
  std::error_code failed;
  fs::create_directories(fs::path(place).parent_path(), failed);
  if (failed) throw UserError(fmt::format("cannot make {}: {}", fs::path(place).parent_path().string(), failed.message()));
  say(fmt::format("{}: {} from {}", file.place, format_bytes(static_cast<double>(file.bytes)), file.url));
  download(file, partial, downloader, say);
  require_listed_bytes(file, partial, place + ".refused");
  fs::rename(partial, place);
  if (file.unpack) {
    say(fmt::format("{}: unpacks", file.place));
    unpack_beside(place);
  }
  return Fetched::downloaded;
}

}  // namespace synthbench
