#pragma once

#include <cstdint>
#include <initializer_list>

namespace synthbench {

/// A number that follows from its counters alone (SplitMix64's finaliser over them): no generator has to be stored to
/// continue a training, and every machine draws the same.
constexpr std::uint64_t counter_random(std::initializer_list<std::uint64_t> counters) {
  std::uint64_t x = 0;
  for (const std::uint64_t counter : counters) {
    x = (x ^ counter) + 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    x ^= x >> 31;
  }
  return x;
}

/// 0 ... bound - 1. The bias of the remainder is below bound / 2^64.
constexpr std::uint64_t random_below(std::uint64_t bound, std::initializer_list<std::uint64_t> counters) {
  return counter_random(counters) % bound;
}

}  // namespace synthbench
