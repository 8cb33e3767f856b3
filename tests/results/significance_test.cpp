#include "results/significance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "results/complexity.h"
#include "results/noise_floor.h"
#include "results/statistics_vectors.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

TEST(Significance, KnownAnswersComeOut) {
  EXPECT_GE(statistic_vectors().size(), 20u);
  for (const StatisticVector& vector : statistic_vectors()) {
    EXPECT_TRUE(vector.passed()) << vector.name << ": " << vector.value << ", expected " << vector.expected << " (" << vector.source << ")";
  }
}

TEST(Significance, WhatIsTooLittleHasNoTest) {
  const std::vector<double> one = {1.0}, two = {1.0, 2.0};
  EXPECT_FALSE(welch_t(one, two));
  EXPECT_FALSE(paired_t(one));
  EXPECT_FALSE(paired_effect(one));
  EXPECT_FALSE(t_interval(one));
  EXPECT_FALSE(signed_rank(std::vector<double>{0, 0}));
  EXPECT_FALSE(rank_sum({}, two));
}

TEST(Significance, WithoutSpreadTheOrderAloneSpeaksAndNoDifferenceIsNone) {
  const std::vector<double> a = {2, 2, 2}, b = {3, 3, 3};
  EXPECT_DOUBLE_EQ(welch_t(a, b)->p, 0.1) << "as rank_sum, which can say no more of three and three";
  EXPECT_DOUBLE_EQ(welch_t(a, b)->p, rank_sum(a, b)->p);
  EXPECT_DOUBLE_EQ(trimmed_t(a, b)->p, 0.1);
  EXPECT_EQ(welch_t(a, a)->p, 1);
  EXPECT_DOUBLE_EQ(paired_t(std::vector<double>{0.1, 0.1})->p, 0.5) << "two seeds prove nothing, however equal";
  EXPECT_DOUBLE_EQ(paired_t(std::vector<double>{0.3 - 0.2, 0.1, 0.4 - 0.3})->p, 0.25) << "rounding is no spread";
  EXPECT_DOUBLE_EQ(paired_t(std::vector<double>(6, 0.1))->p, signed_rank(std::vector<double>(6, 0.1))->p);
  const std::vector<double> few = {1, 2, 4, 3}, many = {2, 3, 5, 9};
  EXPECT_DOUBLE_EQ(trimmed_t(few, many)->p, welch_t(few, many)->p) << "nothing is left out of fewer than five";
  EXPECT_EQ(paired_t(std::vector<double>{0, 0})->p, 1);
}

// Under "no difference" p is below alpha in alpha of all cases, or in fewer where p can only take steps.
TEST(Significance, FalseAlarmsAreAsRareAsTheyClaim) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SYNTHBENCH_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  const auto draw = [&](std::size_t count) {
    std::vector<double> out(count);
    std::generate(out.begin(), out.end(), [&] { return normal(random); });
    return out;
  };
  constexpr int kTrials = 2000;
  int welch = 0, trimmed = 0, paired = 0, ranks = 0, sums = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    const std::vector<double> a = draw(5), b = draw(7), d = draw(9);
    welch += welch_t(a, b)->p < 0.05 ? 1 : 0;
    trimmed += trimmed_t(a, b)->p < 0.05 ? 1 : 0;
    paired += paired_t(d)->p < 0.05 ? 1 : 0;
    ranks += signed_rank(d)->p < 0.05 ? 1 : 0;
    sums += rank_sum(a, b)->p < 0.05 ? 1 : 0;
  }
  const double most = kTrials * 0.05 + 5 * std::sqrt(kTrials * 0.05 * 0.95);  // five standard errors
  for (const int alarms : {welch, trimmed, paired, ranks, sums}) EXPECT_LE(alarms, most);
  EXPECT_GE(paired, kTrials * 0.05 - 5 * std::sqrt(kTrials * 0.05 * 0.95)) << "Student's test is exact here";
}

/// 1, 2, -3, 4, 5, -6 ...: every third is negative.
std::vector<double> every_third_negative(int count) {
  std::vector<double> out;
  for (int i = 1; i <= count; ++i) out.push_back(i % 3 == 0 ? -i : i);
  return out;
}

// Exact answers by counting the sums of subsets in whole numbers, in Python.
TEST(Significance, RanksAreCountedUpToSixtyValuesAndThenApproximatedCloseBy) {
  EXPECT_NEAR(signed_rank(every_third_negative(60))->p, 0.03556317378476646, 1e-12);
  EXPECT_NEAR(signed_rank(every_third_negative(61))->p / 0.02291425150848845, 1, 0.05);
  std::vector<double> a, b;
  for (int rank = 1; rank <= 60; ++rank) (rank > 20 && rank % 4 == 0 ? a : b).push_back(rank);
  EXPECT_NEAR(rank_sum(a, b)->p, 0.021476763031163623, 1e-12);
  b.push_back(61);
  EXPECT_NEAR(rank_sum(a, b)->p / 0.03139939187383833, 1, 0.05);
}

TEST(Holm, NeverFallsAndNeverExceedsOne) {
  const std::vector<double> corrected = holm({0.9, 0.001, 0.5, 0.02});
  EXPECT_DOUBLE_EQ(corrected[1], 0.004);
  EXPECT_DOUBLE_EQ(corrected[3], 0.06);
  EXPECT_DOUBLE_EQ(corrected[0], 1);
  EXPECT_TRUE(holm({}).empty());
}

TEST(Intervals, TrimmedOnesCoverWhatTheyClaim) {
  std::mt19937_64 random(17);
  std::normal_distribution<double> normal;
  for (const std::size_t count : {3u, 5u, 10u}) {
    int covered = 0;
    constexpr int kTrials = 1000;
    for (int trial = 0; trial < kTrials; ++trial) {
      std::vector<double> a(count), b(count);
      std::generate(a.begin(), a.end(), [&] { return normal(random); });
      std::generate(b.begin(), b.end(), [&] { return 1 + normal(random); });
      const Interval interval = *trimmed_interval(a, b);
      covered += interval.lo <= 1 && 1 <= interval.hi ? 1 : 0;
    }
    EXPECT_GE(covered, kTrials * 0.92) << count;
  }
}

TEST(Intervals, OneDisturbedProcessInFiveHidesNothing) {
  const std::vector<double> a = {1.00, 1.01, 0.99, 1.02, 1.00}, b = {1.10, 1.11, 1.09, 1.10, 2.00};
  EXPECT_GT(welch_t(a, b)->p, 0.1);
  EXPECT_LT(trimmed_t(a, b)->p, 0.01);
  EXPECT_GT(trimmed_interval(a, b)->lo, 0.05);
}

TEST(Complexity, TheOrderThatMadeTheTimesIsFound) {
  const auto times = [](double (*of)(double)) {
    std::vector<SizedTime> out;
    for (const double n : {64.0, 128.0, 256.0, 512.0}) out.push_back({n, 1e-6 * of(n)});
    return out;
  };
  EXPECT_EQ(fit_complexity(times([](double n) { return n; }))->order, "N");
  EXPECT_EQ(fit_complexity(times([](double n) { return n * std::log2(n); }))->order, "N log N");
  EXPECT_EQ(fit_complexity(times([](double n) { return n * n; }))->order, "N^2");
  EXPECT_EQ(fit_complexity(times([](double) { return 7.0; }))->order, "1");
  EXPECT_FALSE(fit_complexity({{64, 1}, {128, 2}})) << "two lengths fit everything";
}

TEST(NoiseFloor, PairsAreTakenAlternately) {
  const Launches processes = {{1, 1}, {1.1, 1.1}, {2, 2}, {2, 2}, {9}};
  const std::vector<double> differences = pair_differences(processes, 1);
  ASSERT_EQ(differences.size(), 2u) << "a process without its twin is left out";
  EXPECT_NEAR(differences[0], 0.1, 1e-12);
  EXPECT_NEAR(differences[1], 0, 1e-12);
  EXPECT_EQ(time_bucket(3e-4), "1e-4s");
  EXPECT_EQ(time_bucket(2.5), "1e0s");
}

}  // namespace
}  // namespace synthbench
