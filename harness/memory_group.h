#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace synthbench {

/// A control group (cgroup v2) for one worker, where this process may make one. The kernel ends the worker, and only it, when all
/// of its memory passes the limit: shared pages, page tables and file caches as well, which RLIMIT_DATA does not count.
class MemoryGroup {
 public:
  /// Below our own group's parent, or our own group, whichever hands the memory controller on and can be written to; nullptr
  /// where neither does. own: our group's path as /proc/self/cgroup gives it, "" without cgroup v2.
  static std::unique_ptr<MemoryGroup> make(std::int64_t limit_bytes, const std::filesystem::path& root = "/sys/fs/cgroup",
                                           const std::string& own = own_group());
  /// "/user.slice/app.scope"
  static std::string own_group();
  /// Takes the group away; its processes have ended.
  ~MemoryGroup();
  MemoryGroup(const MemoryGroup&) = delete;
  MemoryGroup& operator=(const MemoryGroup&) = delete;

  /// False when the process cannot be moved: then nothing but RLIMIT_DATA holds it.
  bool add(pid_t process) const;
  /// The kernel has ended a process of the group because the limit was reached.
  bool has_killed() const;
  const std::filesystem::path& path() const { return path_; }

 private:
  explicit MemoryGroup(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace synthbench
