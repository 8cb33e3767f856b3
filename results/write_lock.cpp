#include "results/write_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "harness/base/error.h"
#include "results/database_in_use.h"

namespace synthbench {

WriteLock::WriteLock(const std::string& database) : database_(database), path_(database + ".lock") { open(); }

WriteLock::WriteLock(WriteLock&& other) noexcept
    : database_(std::move(other.database_)), path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)), made_(other.made_) {}

WriteLock::~WriteLock() {
  if (file_ >= 0) ::close(file_);
}

void WriteLock::open() {
  constexpr int kTimes = 100;  // what somebody else takes away between the two calls; a link to nowhere stays
  if (file_ >= 0) ::close(file_);
  file_ = -1;
  for (int i = 0; i < kTimes && file_ < 0; ++i) {
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    made_ = file_ >= 0;
    if (made_ || errno != EEXIST) break;
    file_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
    if (file_ < 0 && errno != ENOENT) break;
  }
  if (file_ < 0) throw UserError(fmt::format("cannot write {}: {}", path_, std::strerror(errno)));
}

// Whoever failed to create a database takes its lock file away: a lock on that file is worth nothing.
bool WriteLock::still_the_file() const {
  struct stat mine {
  }, there{};
  return ::fstat(file_, &mine) == 0 && ::stat(path_.c_str(), &there) == 0 && mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

void WriteLock::acquire(double timeout_s) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(timeout_s);
  auto pause = std::chrono::milliseconds(1);
  while (true) {
    if (::flock(file_, LOCK_EX | LOCK_NB) == 0) {
      if (still_the_file()) return;
      open();
      continue;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) {
      throw UserError(fmt::format("cannot lock {}: {}", path_, std::strerror(errno)));
    }
    if (std::chrono::steady_clock::now() >= end) {
      throw DatabaseInUse(
          fmt::format("{}: another synthbench is using this database and held {} for {:.0f} s", database_, path_, timeout_s));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(50));
  }
}

void WriteLock::release() noexcept {
  if (file_ >= 0) ::flock(file_, LOCK_UN);
}

void WriteLock::forget() noexcept {
  if (made_) ::unlink(path_.c_str());
}

}  // namespace synthbench
