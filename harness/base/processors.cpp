#include "harness/base/processors.h"

#include <sched.h>

#include <iterator>

namespace synthbench {

std::vector<int> allowed_processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<int> processors;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return processors;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) processors.push_back(cpu);
  }
  return processors;
}

std::vector<std::vector<int>> split_processors(const std::vector<int>& processors, int shares) {
  std::vector<std::vector<int>> parts;
  const auto count = std::ssize(processors);
  if (shares < 1 || count < shares) return parts;
  for (int share = 0; share < shares; ++share) {
    parts.emplace_back(processors.begin() + count * share / shares, processors.begin() + count * (share + 1) / shares);
  }
  return parts;
}

}  // namespace synthbench
