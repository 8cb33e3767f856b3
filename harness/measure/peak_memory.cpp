#include "harness/measure/peak_memory.h"

#include <malloc.h>

#include <fstream>
#include <string>

namespace synthbench {

std::int64_t peak_rss_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoll(line.substr(6)) * 1024;
  }
  return 0;
}

void forget_peak_rss() {
  ::malloc_trim(0);  // else freed memory stays resident
  std::ofstream("/proc/self/clear_refs") << "5";
}

}  // namespace synthbench
