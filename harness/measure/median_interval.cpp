#include "harness/measure/median_interval.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace synthbench {

Interval median_interval(std::vector<double> values) {
  assert(!values.empty());
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  if (values.size() < 6) return {values.front(), values.back()};
  const double half = 1.959964 * std::sqrt(n) / 2;
  const auto lo = static_cast<std::size_t>(std::max(0.0, std::floor(n / 2 - half)));
  const auto hi = static_cast<std::size_t>(std::min(n - 1, std::ceil(n / 2 + half)));
  return {values[lo], values[hi]};
}

}  // namespace synthbench
