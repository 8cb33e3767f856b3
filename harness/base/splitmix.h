#pragma once

#include <cstdint>

namespace synthbench {

inline constexpr std::uint64_t kSplitmixStep = 0x9E3779B97F4A7C15ull;  ///< from one state of the generator to the next

/// One step of SplitMix64 (Steele, Lea, Flood 2014): a hash of 64 bits that is the same on every machine. Numbers that follow
/// from counters need no generator to be stored, and unlike those of standard distributions they are alike in every library.
constexpr std::uint64_t splitmix(std::uint64_t x) {
  x += kSplitmixStep;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

}  // namespace synthbench
