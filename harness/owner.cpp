#include "harness/owner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>

#include "harness/base/words.h"

namespace synthbench {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

/// Two containers may share a host name and a boot, but not their process ids.
std::string process_namespace() {
  std::array<char, 64> link{};
  const ssize_t length = ::readlink("/proc/self/ns/pid", link.data(), link.size());
  return length > 0 ? std::string(link.data(), static_cast<std::size_t>(length)) : "pid";
}

/// Field 22 of /proc/PID/stat, in clock ticks since boot; empty when there is no such process or only its remains. The command's
/// name (field 2) may hold blanks and parentheses.
std::string start_time(std::string_view pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  const std::vector<std::string> fields = split(trim(std::string_view(stat).substr(name_end + 1)), ' ');
  constexpr std::size_t kState = 0, kStart = 19;  // counted from field 3
  if (fields.size() <= kStart || fields[kState] == "Z" || fields[kState] == "X") return {};
  return fields[kStart];
}

std::string machine() { return fmt::format("{}|{}|{}", host_name(), boot_id(), process_namespace()); }

}  // namespace

std::string this_owner() {
  const std::string pid = std::to_string(::getpid());
  return fmt::format("{}|{}|{}", machine(), pid, start_time(pid));
}

bool is_dead_here(std::string_view owner) {
  const std::vector<std::string> parts = split(owner, '|');
  if (parts.size() != 5) return false;
  if (fmt::format("{}|{}|{}", parts[0], parts[1], parts[2]) != machine()) return false;
  return start_time(parts[3]) != parts[4];
}

}  // namespace synthbench
