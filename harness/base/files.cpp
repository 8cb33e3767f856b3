#include "harness/base/files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "harness/base/error.h"

namespace synthbench {
namespace fs = std::filesystem;
namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, Closer>;

[[noreturn]] void fail(const std::string& what, const std::string& path, int error) {
  throw UserError("cannot " + what + " " + path + ": " + std::strerror(error));
}

}  // namespace

std::string read_file(const std::string& path) {
  std::string content;
  read_file(path, [&](std::string_view piece) { content.append(piece); });
  return content;
}

void read_file(const std::string& path, const std::function<void(std::string_view piece)>& take) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) fail("read", path, errno);
  if (S_ISDIR(about.st_mode)) fail("read", path, EISDIR);
  const File file(std::fopen(path.c_str(), "rb"));
  if (!file) fail("read", path, errno);
  char chunk[1 << 16];
  while (const std::size_t n = std::fread(chunk, 1, sizeof chunk, file.get())) take({chunk, n});
  if (std::ferror(file.get()) != 0) fail("read", path, errno);
}

void write_file(const std::string& name, std::string_view content) {
  write_file(name, [&](const Put& put) { put(content); });
}

void write_file(const std::string& name, const std::function<void(const Put&)>& produce) {
  std::error_code unknown;
  const fs::file_status before = fs::status(name, unknown);
  const bool device = fs::exists(before) && !fs::is_regular_file(before);
  const std::string path = device ? name : behind_links(name), partial = device ? name : path + ".partial." + std::to_string(::getpid());
  File file(std::fopen(partial.c_str(), "wb"));
  if (!file) fail("write", name, errno);
  const auto check = [&](bool done) {
    if (!done) fail("write", name, errno);
  };
  try {
    produce([&](std::string_view text) { check(std::fwrite(text.data(), 1, text.size(), file.get()) == text.size()); });
    check(std::fclose(file.release()) == 0);
    if (device) return;
    if (fs::exists(before)) fs::permissions(partial, before.permissions());
    check(std::rename(partial.c_str(), path.c_str()) == 0);
  } catch (...) {
    if (!device) std::remove(partial.c_str());
    throw;
  }
}

std::string behind_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as the kernel
  fs::path at = path;
  std::error_code error;
  for (int i = 0; fs::is_symlink(at, error); ++i) {
    const fs::path target = fs::read_symlink(at, error);
    if (error || i == kMostLinks) return path;
    at = target.is_absolute() ? target : at.parent_path() / target;
  }
  return at.string();
}

}  // namespace synthbench
