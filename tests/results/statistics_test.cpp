#include "results/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace synthbench {
namespace {

TEST(Statistics, KnowsTextbookValues) {
  EXPECT_DOUBLE_EQ(median({3, 1, 2}), 2);
  EXPECT_DOUBLE_EQ(median({4, 1, 3, 2}), 2.5);
  EXPECT_DOUBLE_EQ(median({7}), 7);
  EXPECT_DOUBLE_EQ(quantile({10, 20, 30, 40, 50}, 0.25), 20);
  EXPECT_DOUBLE_EQ(quantile({10, 20, 30, 40}, 0.9), 37);  // R: quantile(c(10,20,30,40), .9)
  EXPECT_DOUBLE_EQ(quantile({10, 20}, 1), 20);
  EXPECT_THROW(median({}), std::invalid_argument);
}

TEST(Statistics, ASpreadOfLargeNumbersDoesNotCancel) {
  const std::vector<double> values = {1e9, 1e9 + 1, 1e9 + 2, 1e9 + 3, 1e9 + 4};
  EXPECT_NEAR(*standard_deviation(values), 1.5811388300841898, 1e-9);
  EXPECT_FALSE(standard_deviation(std::vector<double>{3})) << "one value has no spread";
}

std::vector<double> draws(std::mt19937_64& random, double centre, double spread, int count) {
  std::vector<double> out;
  std::normal_distribution<double> normal(centre, spread);
  for (int i = 0; i < count; ++i) out.push_back(normal(random));
  return out;
}

TEST(Statistics, EqualSeedsGiveEqualReplicates) {
  std::mt19937_64 random(7);
  const std::vector<Launches> cells = {{draws(random, 1, 0.1, 13), draws(random, 1, 0.1, 9)}};
  EXPECT_EQ(bootstrap_medians(cells, 3, 50), bootstrap_medians(cells, 3, 50));
  EXPECT_NE(bootstrap_medians(cells, 3, 50), bootstrap_medians(cells, 4, 50));
}

TEST(Statistics, AConstantHasAnIntervalOfNoWidth) {
  const std::vector<Launches> cells = {{{2, 2, 2}, {2, 2}}, {{4, 4}}};
  for (const double replicate : bootstrap_medians(cells, 1, 20)) EXPECT_DOUBLE_EQ(replicate, 3) << "mean over cells of their medians";
}

// The reference draws values and sorts them; ranks and counts must give the same distribution.
TEST(Statistics, RanksGiveTheSameDistributionAsSortingValues) {
  std::mt19937_64 random(11);
  const Launches launches = {draws(random, 1.00, 0.02, 12), draws(random, 1.03, 0.02, 8), draws(random, 0.99, 0.02, 15)};
  std::vector<double> reference;
  const auto below = [&](std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random); };
  for (int replicate = 0; replicate < 20000; ++replicate) {
    std::vector<double> drawn;
    for (std::size_t process = 0; process < launches.size(); ++process) {
      const auto& launch = launches[below(launches.size())];
      for (std::size_t i = 0; i < launch.size(); ++i) drawn.push_back(launch[below(launch.size())]);
    }
    reference.push_back(median(drawn));
  }
  const std::vector<double> ours = bootstrap_medians({{launches}}, 5, 20000);
  const auto share_up_to = [](const std::vector<double>& values, double limit) {
    const auto below_limit = std::count_if(values.begin(), values.end(), [&](double value) { return value <= limit; });
    return static_cast<double>(below_limit) / static_cast<double>(values.size());
  };
  double distance = 0;  // Kolmogorov-Smirnov; 1 % of equal distributions exceed 0.0163
  for (const auto& launch : launches) {
    for (const double limit : launch) distance = std::max(distance, std::abs(share_up_to(ours, limit) - share_up_to(reference, limit)));
  }
  EXPECT_LT(distance, 0.0163);
}

// Samples of one process agree; processes differ by 2 %. An interval that only resampled samples would be far too narrow.
TEST(Statistics, IntervalsCoverWhatTheNextProcessesShow) {
  std::mt19937_64 random(23);
  int covered = 0;
  constexpr int kTrials = 300, kProcesses = 12;
  for (int trial = 0; trial < kTrials; ++trial) {
    Launches launches;
    for (int process = 0; process < kProcesses; ++process) {
      launches.push_back(draws(random, draws(random, 1, 0.02, 1).front(), 0.001, 15));
    }
    const Interval interval = interval_of(bootstrap_medians({{launches}}, static_cast<std::uint64_t>(trial), 400));
    covered += interval.lo <= 1 && 1 <= interval.hi ? 1 : 0;
  }
  // The percentile bootstrap of a median over 12 processes covers somewhat below or above 95 %.
  EXPECT_GE(covered, kTrials * 0.88);
}

TEST(Statistics, ARatioOfEqualsHoldsOneAndAShiftIsFound) {
  std::mt19937_64 random(31);
  const auto cell = [&](double centre) {
    Launches launches;
    for (int process = 0; process < 5; ++process) launches.push_back(draws(random, centre * draws(random, 1, 0.001, 1).front(), 0.002, 20));
    return std::vector<Launches>{launches};
  };
  const auto a = bootstrap_medians(cell(1), 1, 1000), b = bootstrap_medians(cell(1.03), 2, 1000);
  const Interval shifted = ratio_interval(b, a);
  EXPECT_GT(shifted.lo, 1.02);
  EXPECT_LT(shifted.hi, 1.04);
  const Interval equal = ratio_interval(bootstrap_medians(cell(1), 3, 1000), a);
  EXPECT_LT(equal.lo, 1.004);
  EXPECT_GT(equal.hi, 0.996);
}

}  // namespace
}  // namespace synthbench
