#include "harness/measure/peak_memory.h"

#include <malloc.h>

#include <fstream>
#include <optional>
#include <string>

namespace synthbench {
namespace {

std::optional<std::int64_t> held;

}  // namespace

std::int64_t peak_rss_bytes() {
  if (held) return *held;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}

void forget_peak_rss() {
  ::malloc_trim(0);  // else freed memory stays resident
  std::ofstream("/proc/self/clear_refs") << "5";
  held.reset();
}

void keep_freed_memory() {
  ::mallopt(M_MMAP_MAX, 0);
  ::mallopt(M_TRIM_THRESHOLD, -1);
}

void hold_peak_rss() { held = peak_rss_bytes(); }

}  // namespace synthbench
