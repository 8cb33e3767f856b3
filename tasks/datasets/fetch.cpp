#include "tasks/datasets/fetch.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <vector>

#include "harness/base/error.h"
#include "harness/base/run_program.h"
#include "harness/base/sha256.h"
#include "harness/base/units.h"
#include "harness/base/words.h"
#include "tasks/datasets/unpack.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

constexpr int kFruitless = 3;    ///< tries in a row that bring nothing
constexpr int kWillNotHelp = 2;  ///< the downloader's word for: not again

std::int64_t size_of(const std::string& path) {
  std::error_code absent;
  const auto size = fs::file_size(path, absent);
  return absent ? 0 : static_cast<std::int64_t>(size);
}

/// The file grows until it is whole; a server that breaks off is asked for the rest, after a pause that grows while nothing more comes.
void download(const Fetchable& file, const std::string& partial, const std::string& program,
              const std::function<void(const std::string&)>& say, std::chrono::milliseconds pause) {
  std::int64_t most = size_of(partial);  // a server without ranges begins anew: progress is what was never reached before
  for (int fruitless = 0; size_of(partial) < file.bytes;) {
    if (const std::int64_t here = size_of(partial); here > 0) {
      say(fmt::format("{}: continues at {} of {} bytes", file.place, here, file.bytes));
    }
    const Finished tried = run_program({program, file.url, partial, std::to_string(file.bytes)});
    if (tried.not_started != 0) throw UserError(fmt::format("cannot start {}, which downloads", program));
    if (tried.code == 0) return;
    const std::int64_t here = size_of(partial);
    fruitless = here > most ? 0 : fruitless + 1;
    most = std::max(most, here);
    if (tried.code == kWillNotHelp || fruitless == kFruitless) {
      throw UserError(fmt::format("{}: {}; {} of {} bytes are kept as {}", file.url, trim(tried.err), here, file.bytes, partial));
    }
    std::this_thread::sleep_for(pause * (1 << fruitless));
  }
}

void require_listed_bytes(const Fetchable& file, const std::string& partial, const std::string& refused) {
  const std::string sum = sha256_of_file(partial);
  if (size_of(partial) == file.bytes && sum == file.sha256) return;
  fs::rename(partial, refused);
  throw UserError(fmt::format("{}: {} bytes of SHA-256 {}, listed are {} of {}; kept as {}", file.url, size_of(refused), sum, file.bytes,
                              file.sha256, refused));
}

/// Unpacks an archive in two steps, each of which can be broken off and taken up again: into ARCHIVE.unpacking, which is there from
/// before the archive is, and once all is written, from ARCHIVE.unpacked to the archive's side.
class Unpacking {
 public:
  explicit Unpacking(std::string archive) : archive_(std::move(archive)) {}

  /// Says that the archive, which is about to be here, shall be unpacked.
  void intend() const { fs::create_directories(begun()); }
  bool unfinished() const { return fs::exists(begun()) || fs::exists(written()); }

  void finish() const {
    if (!fs::exists(written())) {
      empty_begun();
      unpack(archive_, begun());
      for (const fs::path& name : names_in(begun())) require_free(name);
      fs::rename(begun(), written());
    }
    for (const fs::path& name : names_in(written())) {
      require_free(name);
      fs::rename(written() / name, beside(name));
    }
    fs::remove(written());
  }

 private:
  fs::path begun() const { return archive_ + ".unpacking"; }
  fs::path written() const { return archive_ + ".unpacked"; }
  fs::path beside(const fs::path& name) const { return fs::path(archive_).parent_path() / name; }

  void empty_begun() const {
    fs::remove_all(begun());
    fs::create_directories(begun());
  }
  void require_free(const fs::path& name) const {
    if (fs::exists(beside(name))) throw UserError(fmt::format("{} is in the way of unpacking {}", beside(name).string(), archive_));
  }
  static std::vector<fs::path> names_in(const fs::path& folder) {
    std::vector<fs::path> names;
    for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
    return names;
  }

  std::string archive_;
};

Fetched put(const Fetchable& file, const std::string& place, const std::string& downloader,
            const std::function<void(const std::string& line)>& say, std::chrono::milliseconds pause) {
  const std::string partial = place + ".partial";
  const Unpacking unpacking(place);
  const bool here = fs::exists(place);
  if (here) {
    const std::string sum = sha256_of_file(place);
    if (sum != file.sha256) throw UserError(fmt::format("{} is here already, with SHA-256 {}; listed is {}", place, sum, file.sha256));
    if (!unpacking.unfinished()) return Fetched::here_already;
  } else {
    fs::create_directories(fs::path(place).parent_path());
    say(fmt::format("{}: {} from {}", file.place, format_bytes(static_cast<double>(file.bytes)), file.url));
    download(file, partial, downloader, say, pause);
    require_listed_bytes(file, partial, place + ".refused");
    if (file.unpack) unpacking.intend();
    fs::rename(partial, place);
  }
  if (file.unpack) {
    say(fmt::format("{}: unpacks", file.place));
    unpacking.finish();
  }
  return here ? Fetched::here_already : Fetched::downloaded;
}

}  // namespace

Fetched fetch(const Fetchable& file, const std::string& folder, const std::string& downloader,
              const std::function<void(const std::string& line)>& say, std::chrono::milliseconds pause) {
  try {
    return put(file, folder + "/" + file.place, downloader, say, pause);
  } catch (const fs::filesystem_error& error) {
    throw UserError(fmt::format("cannot write {}: {}", error.path1().string(), error.code().message()));
  }
}

}  // namespace synthbench
