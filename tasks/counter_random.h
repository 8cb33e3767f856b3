#pragma once

#include <cstdint>
#include <initializer_list>

#include "harness/base/splitmix.h"

namespace synthbench {

/// A number that follows from its counters alone: nothing has to be stored to continue a training.
constexpr std::uint64_t counter_random(std::initializer_list<std::uint64_t> counters) {
  std::uint64_t x = 0;
  for (const std::uint64_t counter : counters) x = splitmix(x ^ counter);
  return x;
}

/// 0 ... bound - 1. The bias of the remainder is below bound / 2^64.
constexpr std::uint64_t random_below(std::uint64_t bound, std::initializer_list<std::uint64_t> counters) {
  return counter_random(counters) % bound;
}

}  // namespace synthbench
