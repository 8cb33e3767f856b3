#pragma once

#include <cstdint>

namespace synthbench {

/// Counter-based attention dropout: what entry (b,h,i,j) of the probabilities is multiplied with, 0 or 1/(1-rate).
/// SplitMix64's finaliser over the counters; the same bits in every backend, on a GPU too
/// (constexpr: nvcc compiles it for both sides). All sizes fit 32 bits.
constexpr double dropout_factor(double rate, std::uint64_t seed, std::uint64_t b, std::uint64_t h, std::uint64_t i, std::uint64_t j) {
  const auto mixed = [](std::uint64_t x) {
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
  };
  const std::uint64_t hash = mixed(mixed(mixed(seed) ^ (b << 32 | h)) ^ (i << 32 | j));
  const double uniform = static_cast<double>(hash >> 11) * 0x1.0p-53;
  return uniform < rate ? 0.0 : 1.0 / (1.0 - rate);
}

}  // namespace synthbench
