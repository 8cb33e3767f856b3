#pragma once

#include <cstdint>

#include "harness/base/splitmix.h"

namespace synthbench {

/// Counter-based attention dropout: what entry (b,h,i,j) of the probabilities is multiplied with, 0 or 1/(1-rate).
/// The same bits in every backend, on a GPU too (constexpr: nvcc compiles it for both sides). All sizes fit 32 bits.
constexpr double dropout_factor(double rate, std::uint64_t seed, std::uint64_t b, std::uint64_t h, std::uint64_t i, std::uint64_t j) {
  const std::uint64_t hash = splitmix(splitmix(splitmix(seed) ^ (b << 32 | h)) ^ (i << 32 | j));
  const double uniform = static_cast<double>(hash >> 11) * 0x1.0p-53;
  return uniform < rate ? 0.0 : 1.0 / (1.0 - rate);
}

}  // namespace synthbench
