#pragma once

#include <cstdint>

namespace synthbench {

/// The random numbers of numpy.random.default_rng(seed): PCG64 of a hashed seed. sacreBLEU draws its resamples from it, so that the
/// same seed gives the same p values here and there.
/// Source: O'Neill 2014 (PCG XSL-RR 128/64); numpy, bit_generator.pyx (SeedSequence), distributions.c (Lemire 2019).
class NumpyRandom {
 public:
  explicit NumpyRandom(std::uint64_t seed);
  /// integers(0, n): evenly from 0 ... n - 1, n >= 1.
  std::uint32_t below(std::uint32_t n);
  /// integers(2, dtype=bool)
  bool coin();

 private:
  using Wide = unsigned __int128;
  std::uint64_t next64();
  std::uint32_t next32();

  Wide state_ = 0, increment_ = 0;
  std::uint64_t spare_ = 0;  // upper half of the last 64 bits, where has_spare_
  bool has_spare_ = false;
  std::uint32_t coins_ = 0;
  int coins_left_ = 0;
};

}  // namespace synthbench
