// What verdicts on times are worth: by resampling launches whose noise is known.
#include "results/compare_times.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace synthbench {
namespace {

/// Processes whose medians spread by `between`, with samples that spread by 1 % around them.
Launches noisy_launches(int count, double between, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> process(0, between), sample(0, 0.01);
  Launches out;
  for (int i = 0; i < count; ++i) {
    const double middle = 1e-3 * std::exp(process(random));
    std::vector<double>& one = out.emplace_back();
    for (int k = 0; k < 12; ++k) one.push_back(middle * std::exp(sample(random)));
  }
  return out;
}

TEST(VerdictRates, EqualsAreSeldomToldApartAndPlantedShiftsAreFound) {
  const VerdictRates three = verdict_rates(noisy_launches(120, 0.01, 7), 3, 0.01, 200, 5);
  EXPECT_EQ(three.draws, 200);
  EXPECT_LE(three.false_verdicts, 10);
  EXPECT_GE(three.found_10, 190);
  EXPECT_LT(three.found_3, 100) << "three launches cannot see 3 % in noise of 1 %";
  const VerdictRates ten = verdict_rates(noisy_launches(120, 0.01, 7), 10, 0.005, 200, 5);
  EXPECT_LE(ten.false_verdicts, 10);
  EXPECT_GE(ten.found_3, 190);
}

TEST(VerdictRates, NoiseBetweenProcessesHidesWhatItIsLargerThan) {
  const VerdictRates rates = verdict_rates(noisy_launches(120, 0.2, 8), 3, 0.1, 200, 5);
  EXPECT_LE(rates.false_verdicts, 10);
  EXPECT_LT(rates.found_10, 40);
}

TEST(VerdictRates, EqualSeedsGiveEqualRates) {
  const Launches launches = noisy_launches(40, 0.02, 9);
  const VerdictRates a = verdict_rates(launches, 3, 0.01, 60, 1), b = verdict_rates(launches, 3, 0.01, 60, 1);
  EXPECT_EQ(a.found_3, b.found_3);
  EXPECT_EQ(a.found_10, b.found_10);
}

TEST(VerdictOnTimes, NeedsTheTestAndTheIntervalBeyondTheFloor) {
  EXPECT_EQ(verdict_on_times({1.02, 1.08}, 0.01, 0.01, 0.05), "slower");
  EXPECT_EQ(verdict_on_times({1.02, 1.08}, 0.06, 0.01, 0.05), "ambiguous");
  EXPECT_EQ(verdict_on_times({1.005, 1.08}, 0.01, 0.01, 0.05), "ambiguous");
  EXPECT_EQ(verdict_on_times({0.90, 0.95}, 0.01, 0.01, 0.05), "faster");
  EXPECT_EQ(verdict_on_times({0.995, 1.008}, 0.01, 0.01, 0.05), "same") << "clear, and too small to matter";
}

}  // namespace
}  // namespace synthbench
