#include "harness/owner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "harness/base/words.h"
#include "harness/provenance.h"

namespace synthbench {
namespace {

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

/// Field 22 of /proc/PID/stat, in clock ticks since boot; empty of what is only the remains of a process, nothing where there is
/// none or /proc hides it. The command's name (field 2) may hold blanks and parentheses.
std::optional<std::string> start_time(const std::string& pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  if (!file) return std::nullopt;
  const std::string stat{std::istreambuf_iterator<char>(file), {}};
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  const std::vector<std::string> fields = split(trim(std::string_view(stat).substr(name_end + 1)), ' ');
  constexpr std::size_t kState = 0, kStart = 19;  // counted from field 3
  if (fields.size() <= kStart || fields[kState] == "Z" || fields[kState] == "X") return "";
  return fields[kStart];
}

bool exists(const std::string& pid) {
  const int number = std::atoi(pid.c_str());
  return number > 0 && (::kill(number, 0) == 0 || errno == EPERM);
}

std::string machine() { return fmt::format("{}|{}|{}", host_name(), boot_id(), process_namespace()); }

}  // namespace

std::string this_owner() {
  const std::string pid = std::to_string(::getpid());
  return fmt::format("{}|{}|{}", machine(), pid, start_time(pid).value_or(""));
}

bool is_dead_here(std::string_view owner) {
  const std::vector<std::string> parts = split(owner, '|');
  if (parts.size() != 5) return false;
  if (fmt::format("{}|{}|{}", parts[0], parts[1], parts[2]) != machine()) return false;
  const auto started = start_time(parts[3]);
  return started ? *started != parts[4] : !exists(parts[3]);
}

}  // namespace synthbench
