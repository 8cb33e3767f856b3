#include "harness/measure/stop_rule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "harness/measure/median_interval.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// Samples that a rule asks for until it is content; each is `base` seconds with a uniform share of noise.
int samples_taken(StopRule& rule, double base, double noise, std::uint64_t seed) {
  std::mt19937_64 draw(seed);
  std::uniform_real_distribution<double> uniform(1 - noise, 1 + noise);
  int taken = 0;
  while (const int batch = rule.next_batch()) {
    for (int k = 0; k < batch; ++k, ++taken) {
      const double seconds = base * uniform(draw);
      rule.add(seconds, seconds, seconds);
    }
  }
  return taken;
}

TEST(StopRule, CalmSamplesEndAtMinTime) {
  SCOPED_TRACE(seed_trace());
  StopRule rule({.min_samples = 10, .min_time = 0.3, .max_noise = 0.02, .max_time = 3});
  const int taken = samples_taken(rule, 0.001, 0.005, test_seed());
  EXPECT_GE(taken, 295);
  EXPECT_LE(taken, 400);
  EXPECT_FALSE(rule.noisy());
}

TEST(StopRule, LongCallsEndAtMaxTimeAsNoisyHoweverFew) {
  SCOPED_TRACE(seed_trace());
  for (const auto& [seconds, count] : {std::pair{7.0, 1}, {1.25, 3}, {0.5, 6}}) {
    StopRule rule({.min_samples = 10, .min_time = 0.3, .max_noise = 0.02, .max_time = 3});
    EXPECT_EQ(samples_taken(rule, seconds, 0.0, test_seed()), count);
    EXPECT_TRUE(rule.noisy()) << count << " of 10 samples";
  }
}

TEST(StopRule, NoiseCostsMoreSamplesAndEndsAtMaxTimeAsNoisy) {
  const MeasureSettings settings{.min_samples = 5, .min_time = 0.05, .max_noise = 0.001, .max_time = 0.5};
  StopRule rule(settings);
  int taken = 0;
  while (const int batch = rule.next_batch()) {
    for (int k = 0; k < batch; ++k, ++taken) {
      const double seconds = taken % 2 ? 0.001 : 0.003;  // two speeds: the median itself is uncertain
      rule.add(seconds, seconds, seconds);
    }
  }
  EXPECT_TRUE(rule.noisy());
  EXPECT_GE(taken, 160);
  EXPECT_LE(taken, 300);
}

TEST(StopRule, WhatIsDoneOutsideTheTimedRegionCountsTowardsMaxTime) {
  const MeasureSettings settings{.min_samples = 10, .min_time = 0.3, .max_noise = 0.02, .max_time = 3};
  StopRule of_calls(settings);
  int taken = 0;
  double wall = 0;
  while (const int batch = of_calls.next_batch()) {  // calls of 5 us, each after 20 ms of preparation
    for (int k = 0; k < batch; ++k, ++taken) of_calls.add(5e-6, 5e-6, 0.02), wall += 0.02;
  }
  EXPECT_LE(wall, 3.1);
  EXPECT_GE(taken, 100) << "min_time of the calls alone would need 60,000";
  EXPECT_FALSE(of_calls.noisy()) << "they are calm, and many";
  StopRule of_wall(settings);  // as with cold caches
  taken = 0;
  while (const int batch = of_wall.next_batch()) {
    for (int k = 0; k < batch; ++k, ++taken) of_wall.add(5e-6, 0.02, 0.02);
  }
  EXPECT_GE(taken, 15);
  EXPECT_LE(taken, 20) << "min_time by the wall";
}

TEST(StopRule, RepetitionsBeatEverythingElse) {
  SCOPED_TRACE(seed_trace());
  for (const int count : {1, 3, 1000}) {
    StopRule rule({.min_samples = 10, .min_time = 9, .max_noise = 1e-9, .max_time = 1e-9, .repetitions = count});
    EXPECT_EQ(samples_taken(rule, 1.0, 0.5, test_seed()), count);
    EXPECT_FALSE(rule.noisy());
  }
}

TEST(StopRule, ANoiseLimitOfAHundredPerCentIsNoLimit) {
  SCOPED_TRACE(seed_trace());
  StopRule rule({.min_samples = 3, .min_time = 0.001, .max_noise = 1.0, .max_time = 5});
  samples_taken(rule, 0.01, 0.9, test_seed());
  EXPECT_FALSE(rule.noisy());
}

TEST(MedianInterval, CoversTheTrueMedianAboutNineteenTimesOfTwenty) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 draw(test_seed());
  std::lognormal_distribution<double> skewed(0, 1);  // its median is 1
  for (const int n : {15, 50, 400}) {
    int covered = 0;
    constexpr int kRounds = 2000;
    for (int round = 0; round < kRounds; ++round) {
      std::vector<double> values;
      for (int k = 0; k < n; ++k) values.push_back(skewed(draw));
      const Interval interval = median_interval(values);
      covered += interval.lo <= 1 && 1 <= interval.hi;
    }
    const double share = covered / double{kRounds};
    EXPECT_GT(share, 0.93) << n;  // 0.95 less four standard errors of 2000 rounds
    EXPECT_LT(share, 0.99) << n;
  }
}

TEST(MedianInterval, OfFewValuesIsTheirWholeRange) {
  const Interval interval = median_interval({3, 1, 2});
  EXPECT_EQ(interval.lo, 1);
  EXPECT_EQ(interval.hi, 3);
}

}  // namespace
}  // namespace synthbench
