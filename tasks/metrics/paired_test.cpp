// p = (1 + trials whose difference is more extreme) / (1 + trials), d = |score(system) - score(baseline)|
//
// bootstrap       d_t of a resample of segments counts where d_t - mean(d_t) > d
// randomization   d_t after swapping outputs by coins counts where d_t > d
//
// Source: sacreBLEU 2.6, significance.py, with its random numbers. It sums in single precision; the sums here are exact.
#include "tasks/metrics/paired_test.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "tasks/metrics/numpy_random.h"

namespace synthbench {
namespace {

void add(std::vector<double>& sums, std::span<const double> row) {
  for (std::size_t k = 0; k < row.size(); ++k) sums[k] += row[k];
}

/// The score of each resample; the same seed draws the same segments for every system.
std::vector<double> bootstrap_scores(const SegmentSums& system, const Resampling& how) {
  NumpyRandom random(how.seed);
  const auto n = static_cast<std::uint32_t>(system.rows.size());
  std::vector<double> scores;
  for (std::int64_t trial = 0; trial < how.trials; ++trial) {
    std::vector<double> sums(system.rows.width, 0.0);
    for (std::uint32_t i = 0; i < n; ++i) add(sums, system.rows[random.below(n)]);
    scores.push_back(system.value_of_sums(sums));
  }
  return scores;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::vector<double> bootstrap_differences(const SegmentSums& baseline, const SegmentSums& system, const Resampling& how) {
  std::vector<double> differences = bootstrap_scores(system, how);
  const std::vector<double> others = bootstrap_scores(baseline, how);
  for (std::size_t i = 0; i < differences.size(); ++i) differences[i] = std::abs(differences[i] - others[i]);
  const double middle = mean(differences);
  for (double& difference : differences) difference -= middle;
  return differences;
}

std::vector<double> randomized_differences(const SegmentSums& baseline, const SegmentSums& system, const Resampling& how) {
  NumpyRandom random(how.seed);
  std::vector<double> differences;
  for (std::int64_t trial = 0; trial < how.trials; ++trial) {
    std::vector<double> one(system.rows.width, 0.0), other = one;
    for (std::size_t i = 0; i < system.rows.size(); ++i) {
      const bool stays = random.coin();
      add(stays ? one : other, baseline.rows[i]);
      add(stays ? other : one, system.rows[i]);
    }
    differences.push_back(std::abs(system.value_of_sums(one) - system.value_of_sums(other)));
  }
  return differences;
}

}  // namespace

double p_value(const SegmentSums& baseline, const SegmentSums& system, const Resampling& how) {
  const double difference = std::abs(baseline.value_of_sums(baseline.rows.sum()) - system.value_of_sums(system.rows.sum()));
  const std::vector<double> differences =
      how.test == PairedTest::bootstrap ? bootstrap_differences(baseline, system, how) : randomized_differences(baseline, system, how);
  const auto more_extreme = std::ranges::count_if(differences, [difference](double d) { return d > difference; });
  return static_cast<double>(more_extreme + 1) / static_cast<double>(how.trials + 1);
}

Spread bootstrap_spread(const SegmentSums& system, const Resampling& how) {
  std::vector<double> scores = bootstrap_scores(system, how);
  std::ranges::sort(scores);
  const std::size_t cut = scores.size() / 40;
  return {mean(scores), (scores[scores.size() - cut - 1] - scores[cut]) / 2};
}

}  // namespace synthbench
