#pragma once

#include <vector>

#include "results/statistics.h"

namespace synthbench {

/// 95 % interval of the median of independent values by order statistics: the ranks n/2 -+ 1.96 sqrt(n)/2, rounded outwards
/// (normal approximation of the binomial; Conover, Practical Nonparametric Statistics). Below six values: smallest and largest.
/// values must not be empty; taken by value: it is sorted.
Interval median_interval(std::vector<double> values);

}  // namespace synthbench
