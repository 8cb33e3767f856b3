#include "harness/memory_group.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <system_error>
#include <vector>

namespace synthbench {
namespace fs = std::filesystem;
namespace {

bool write(const fs::path& file, const std::string& text) {
  std::ofstream out(file);
  return static_cast<bool>(out << text << std::flush);
}

/// The groups below it have memory.max.
bool hands_memory_on(const fs::path& group) {
  std::ifstream controllers(group / "cgroup.subtree_control");
  for (std::string name; controllers >> name;) {
    if (name == "memory") return true;
  }
  return false;
}

}  // namespace

std::string MemoryGroup::own_group() {
  std::ifstream groups("/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    if (line.starts_with("0::")) return line.substr(3);
  }
  return {};
}

std::unique_ptr<MemoryGroup> MemoryGroup::make(std::int64_t limit_bytes, const fs::path& root, const std::string& own) {
  if (own.empty()) return nullptr;
  const fs::path here = (root / fs::path(own).relative_path()).lexically_normal();
  std::vector<fs::path> parents = {here};
  if (own != "/") parents.insert(parents.begin(), here.parent_path());
  static int number = 0;
  for (const fs::path& parent : parents) {
    if (!hands_memory_on(parent)) continue;
    const fs::path path = parent / fmt::format("synthbench-{}-{}", ::getpid(), ++number);
    std::error_code error;
    if (!fs::create_directory(path, error)) continue;
    std::unique_ptr<MemoryGroup> group(new MemoryGroup(path));
    if (!write(path / "memory.max", std::to_string(limit_bytes))) continue;
    write(path / "memory.swap.max", "0");   // absent where swap is not counted
    write(path / "memory.oom.group", "1");  // all processes of the worker, or none
    return group;
  }
  return nullptr;
}

MemoryGroup::~MemoryGroup() { ::rmdir(path_.c_str()); }

bool MemoryGroup::add(pid_t process) const { return write(path_ / "cgroup.procs", std::to_string(process)); }

bool MemoryGroup::has_killed() const {
  std::ifstream events(path_ / "memory.events");
  std::string name;
  for (std::int64_t count = 0; events >> name >> count;) {
    if (name == "oom_kill") return count > 0;
  }
  return false;
}

}  // namespace synthbench
