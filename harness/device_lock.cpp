#include "harness/device_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "harness/base/error.h"

namespace synthbench {
namespace {

std::string folder() {
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  std::error_code none;
  if (runtime != nullptr && ::access(runtime, W_OK | X_OK) == 0) return runtime;
  const auto temporary = std::filesystem::temp_directory_path(none);
  return none ? P_tmpdir : temporary.string();
}

/// Reading is enough for flock; so the file of another user can be locked in a shared temporary folder, where the kernel
/// refuses O_CREAT on it.
int open_lock(const std::string& path) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW;
  int fd = ::open(path.c_str(), kFlags);
  if (fd < 0 && errno == ENOENT) fd = ::open(path.c_str(), kFlags | O_CREAT, 0644);
  if (fd < 0)
    throw UserError(
        fmt::format("cannot open the device lock {}: {} (set XDG_RUNTIME_DIR to a folder of yours)", path, std::strerror(errno)));
  return fd;
}

bool flocked(int fd, int how) {
  while (::flock(fd, how | LOCK_NB) != 0) {
    if (errno != EINTR) return false;
  }
  return true;
}

}  // namespace

DeviceLock::DeviceLock(const std::string& device) {
  const std::string stem = folder() + "/synthbench-" + device;
  turnstile_ = open_lock(stem + ".turn");
  try {
    device_ = open_lock(stem + ".lock");
  } catch (...) {
    ::close(turnstile_);
    throw;
  }
}

DeviceLock::~DeviceLock() {
  ::close(device_);  // closing unlocks
  ::close(turnstile_);
}

bool DeviceLock::try_lock(Mode mode) {
  in_turnstile_ = in_turnstile_ || flocked(turnstile_, LOCK_EX);
  if (!in_turnstile_ || !flocked(device_, mode == Mode::exclusive ? LOCK_EX : LOCK_SH)) return false;
  ::flock(turnstile_, LOCK_UN);
  in_turnstile_ = false;
  return true;
}

void DeviceLock::unlock() {
  ::flock(device_, LOCK_UN);
  if (in_turnstile_) ::flock(turnstile_, LOCK_UN);
  in_turnstile_ = false;
}

bool DeviceLock::is_wanted() const {
  if (in_turnstile_) return false;
  if (!flocked(turnstile_, LOCK_EX)) return true;
  ::flock(turnstile_, LOCK_UN);
  return false;
}

}  // namespace synthbench
