#include "harness/doctor/machine.h"

#include <sys/personality.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <limits>

#include "harness/base/words.h"
#include "harness/measure/counters.h"

namespace synthbench {
namespace {

std::optional<Machine::FileSystem> file_system_of(const std::string& folder) {
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) != 0) return std::nullopt;
  return Machine::FileSystem{static_cast<long>(facts.f_type), static_cast<std::int64_t>(facts.f_bavail) * facts.f_bsize,
                             ::access(folder.c_str(), W_OK) == 0};
}

double smallest_clock_step() {
  using Clock = std::chrono::steady_clock;
  auto smallest = Clock::duration::max();
  for (int i = 0; i < 2000; ++i) {
    const auto begin = Clock::now();
    auto end = Clock::now();
    while (end == begin) end = Clock::now();
    smallest = std::min(smallest, end - begin);
  }
  return std::chrono::duration<double>(smallest).count();
}

int errno_of_counter(const std::string& counter) {
  perf_event_attr what{};
  what.type = PERF_TYPE_HARDWARE;
  what.size = sizeof what;
  what.config = std::ranges::find(kCounterEvents, counter, &CounterEvent::name)->config;
  what.exclude_kernel = 1;
  const long opened = ::syscall(SYS_perf_event_open, &what, 0, -1, -1, 0);
  if (opened < 0) return errno;
  ::close(static_cast<int>(opened));
  return 0;
}

bool addresses_are_random() { return (::personality(0xffffffff) & ADDR_NO_RANDOMIZE) == 0; }

std::optional<std::string> output_of_command(const std::string& command) {
  FILE* const pipe = ::popen(("exec 2>/dev/null; " + command).c_str(), "re");
  if (pipe == nullptr) return std::nullopt;
  std::string text;
  std::array<char, 4096> chunk{};
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) text.append(chunk.data(), got);
  return ::pclose(pipe) == 0 ? std::optional(text) : std::nullopt;
}

}  // namespace

std::optional<std::string> Machine::line(const std::string& path) const {
  std::ifstream file(root / path);
  std::string text;
  if (!std::getline(file, text) || trim(text).empty()) return std::nullopt;
  return std::string(trim(text));
}

std::optional<std::int64_t> Machine::number(const std::string& path) const {
  const auto text = line(path);
  std::int64_t value = 0;
  if (!text || std::from_chars(text->data(), text->data() + text->size(), value).ec != std::errc()) return std::nullopt;
  return value;
}

std::optional<std::string> Machine::value(const std::string& path, const std::string& key) const {
  std::ifstream file(root / path);
  for (std::string text; std::getline(file, text);) {
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos && trim(std::string_view(text).substr(0, colon)) == key)
      return std::string(trim(text.substr(colon + 1)));
  }
  return std::nullopt;
}

std::vector<std::string> Machine::names(const std::string& folder, const std::string& part) const {
  std::vector<std::string> found;
  std::error_code absent;
  for (const auto& entry : std::filesystem::directory_iterator(root / folder, absent)) {
    const std::string name = entry.path().filename().string();
    if (name.find(part) != std::string::npos) found.push_back(name);
  }
  std::ranges::sort(found);
  return found;
}

Machine this_very_machine() {
  return {"/", file_system_of, smallest_clock_step, errno_of_counter, addresses_are_random, output_of_command};
}

}  // namespace synthbench
