// Which entries attention dropout drops: the rate holds, the rest is scaled, and neighbours know nothing of each other.
#include "backends/core/dropout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/test_seed.h"

namespace synthbench {
namespace {

constexpr std::uint64_t kB = 3, kH = 4, kN = 131, kM = 257;

/// f(kept, b, h, i, j) for every entry.
template <typename F>
void for_each_entry(double rate, std::uint64_t seed, const F& f) {
  for (std::uint64_t b = 0; b < kB; ++b) {
    for (std::uint64_t h = 0; h < kH; ++h) {
      for (std::uint64_t i = 0; i < kN; ++i) {
        for (std::uint64_t j = 0; j < kM; ++j) f(dropout_factor(rate, seed, b, h, i, j), b, h, i, j);
      }
    }
  }
}

/// Five standard deviations of a count of n entries of probability p, as a share.
double five_sigma(double p, double n) { return 5 * std::sqrt(p * (1 - p) / n); }

TEST(Dropout, KeepsItsShareAndScalesIt) {
  SCOPED_TRACE(seed_trace());
  for (const double rate : {0.1, 0.5}) {
    double kept = 0, all = 0;
    for_each_entry(rate, test_seed(), [&](double factor, auto, auto, auto, auto) {
      ASSERT_TRUE(factor == 0.0 || factor == 1.0 / (1.0 - rate)) << factor;
      kept += factor > 0 ? 1 : 0;
      all += 1;
    });
    EXPECT_NEAR(kept / all, 1 - rate, five_sigma(rate, all)) << rate;
  }
}

TEST(Dropout, DropsNeighboursAndOtherSeedsIndependently) {
  SCOPED_TRACE(seed_trace());
  const double rate = 0.5;
  double all = 0, with_key = 0, with_row = 0, with_head = 0, with_sample = 0, with_seed = 0;
  const auto alike = [&](double factor, std::uint64_t seed, std::uint64_t b, std::uint64_t h, std::uint64_t i, std::uint64_t j) {
    return factor == dropout_factor(rate, seed, b, h, i, j) ? 1.0 : 0.0;
  };
  for_each_entry(rate, test_seed(), [&](double factor, std::uint64_t b, std::uint64_t h, std::uint64_t i, std::uint64_t j) {
    all += 1;
    with_key += alike(factor, test_seed(), b, h, i, j + 1);
    with_row += alike(factor, test_seed(), b, h, i + 1, j);
    with_head += alike(factor, test_seed(), b, h + 1, i, j);
    with_sample += alike(factor, test_seed(), b + 1, h, i, j);
    with_seed += alike(factor, test_seed() + 1, b, h, i, j);
  });
  for (const double count : {with_key, with_row, with_head, with_sample, with_seed})
    EXPECT_NEAR(count / all, 0.5, five_sigma(0.5, all)) << "half of them by chance";
}

TEST(Dropout, OfNothingKeepsEverything) {
  for_each_entry(0.0, test_seed(), [](double factor, auto, auto, auto, auto) { ASSERT_EQ(factor, 1.0); });
}

}  // namespace
}  // namespace synthbench
