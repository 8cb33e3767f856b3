#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace synthbench {

/// Each throws std::invalid_argument on nothing.
double mean(std::span<const double> values);
double median(std::vector<double> values);
/// Linear between order statistics (R's type 7). 0 <= share <= 1.
double quantile(std::vector<double> values, double share);
/// Sample standard deviation (n - 1); nullopt for one value. Two passes: 1e9 + {0..4} gives 1.5811.
std::optional<double> standard_deviation(std::span<const double> values);

struct Interval {
  double lo = 0, hi = 0;
};

/// Seconds per call: the samples of each fresh process of a cell.
using Launches = std::vector<std::vector<double>>;

/// Replicates of "mean over cells of the median of all samples of a cell". A replicate draws processes with replacement,
/// then samples within each drawn process: one process says nothing about the next, so processes come first.
/// Equal seeds give equal replicates. Source: Kalibera and Jones, Rigorous Benchmarking in Reasonable Time, ISMM 2013.
std::vector<double> bootstrap_medians(std::span<const Launches> cells, std::uint64_t seed, int replicates);

/// The middle 95 % of replicates.
Interval interval_of(const std::vector<double>& replicates);

/// Replicates of a ratio, from two independent sets of replicates of equal number.
std::vector<double> ratios(std::span<const double> numerator, std::span<const double> denominator);
/// Their middle 95 %.
Interval ratio_interval(std::span<const double> numerator, std::span<const double> denominator);

}  // namespace synthbench
