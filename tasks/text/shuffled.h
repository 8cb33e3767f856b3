#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

#include "tasks/counter_random.h"

namespace synthbench {

/// 0 ... count - 1, each once, in an order that follows from two counters alone (Fisher and Yates).
inline std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t seed, std::uint64_t round) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  for (std::size_t left = order.size(); left > 1; --left) std::swap(order[left - 1], order[random_below(left, {seed, round, left})]);
  return order;
}

}  // namespace synthbench
