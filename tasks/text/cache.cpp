#include "tasks/text/cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"

namespace synthbench {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Holds one entry of a cache against other processes (and against other holders of this one) while it is made. The lock is one
/// byte of a common file, so that no file per entry stays behind; the kernel frees it when its holder dies. Where it cannot be
/// had (a read-only folder, a file system without locks), entries are made more than once, which costs time alone.
class EntryLock {
 public:
  EntryLock(const std::string& folder, const std::string& name)
      : file_(::open((folder + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (file_ < 0) return;
    struct flock byte {};
    byte.l_type = F_WRLCK;
    byte.l_whence = SEEK_SET;
    byte.l_start = static_cast<off_t>(std::hash<std::string>{}(name) >> 2);  // positive; two entries on one byte only wait for each other
    byte.l_len = 1;
    while (::fcntl(file_, F_OFD_SETLKW, &byte) != 0 && errno == EINTR) {
    }
  }
  ~EntryLock() {
    if (file_ >= 0) ::close(file_);
  }
  EntryLock(const EntryLock&) = delete;
  EntryLock& operator=(const EntryLock&) = delete;

 private:
  int file_;
};

constexpr std::string_view kHeading = "synthbench cache ";  // then the SHA-256 of all that follows its line

std::string entry_of(const std::string& content) { return std::string(kHeading) + sha256(content) + "\n" + content; }

/// The content of an entry; absent where the file is missing, unreadable or damaged.
std::optional<std::string> stored(const std::string& path) {
  std::error_code none;
  if (!std::filesystem::is_regular_file(path, none)) return std::nullopt;
  try {
    const std::string entry = read_file(path);
    const std::size_t start = entry.find('\n') + 1;
    std::string content = entry.substr(start);
    if (start != 0 && entry == entry_of(content)) return content;
  } catch (const UserError&) {
    // Unreadable is as good as missing.
  }
  return std::nullopt;
}

}  // namespace

std::string cache_folder() {
  if (const std::string own = environment("SYNTHBENCH_CACHE"); !own.empty()) return own;
  if (const std::string xdg = environment("XDG_CACHE_HOME"); !xdg.empty()) return xdg + "/synthbench";
  if (const std::string home = environment("HOME"); !home.empty()) return home + "/.cache/synthbench";
  return {};
}

std::string cached(const std::string& name, const std::function<std::string()>& make) {
  const std::string folder = cache_folder();
  if (folder.empty()) return make();
  const std::string path = folder + "/" + name;
  if (auto content = stored(path)) return std::move(*content);
  std::error_code none;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), none);
  const EntryLock lock(folder, name);
  if (auto content = stored(path)) return std::move(*content);  // made by whoever held the lock before
  std::string content = make();
  try {
    write_file(path, entry_of(content));
  } catch (const UserError&) {
    // A read-only home: made again next time.
  }
  return content;
}

}  // namespace synthbench
