#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "results/statistics.h"

namespace synthbench {

/// 95 % interval of the median of independent values by order statistics: the ranks n/2 -+ 1.96 sqrt(n)/2, rounded outwards
/// (normal approximation of the binomial; Conover, Practical Nonparametric Statistics). Below six values: smallest and largest.
Interval median_interval(std::vector<double> values);

/// 95 % percentile interval of the median over all samples by a hierarchical bootstrap: draw processes with replacement, then
/// samples within each drawn process, since samples of one process share its luck (addresses, page colours, clocks).
/// groups: the samples of each process, none empty. The same seed gives the same interval.
Interval bootstrap_median(std::span<const std::vector<double>> groups, std::uint64_t seed, int resamples = 2000);

}  // namespace synthbench
