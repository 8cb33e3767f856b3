#include "harness/measure/statistics.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace synthbench {
namespace {

/// SplitMix64: standard distributions differ between libraries, and a stored interval has to come out again.
class Draws {
 public:
  explicit Draws(std::uint64_t seed) : state_(seed) {}
  /// 0 <= result < bound; the bias of the multiplication is below 2^-32 for any sample count.
  std::size_t below(std::size_t bound) {
    std::uint64_t x = state_ += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    x ^= x >> 31;
    return static_cast<std::size_t>(((x >> 32) * static_cast<std::uint64_t>(bound)) >> 32);
  }

 private:
  std::uint64_t state_;
};

/// Orders only as much as the middle needs: this runs thousands of times in the bootstrap.
double median_in_place(std::vector<double>& values) {
  const std::size_t half = values.size() / 2;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(half);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*std::max_element(values.begin(), middle) + *middle) / 2;
}

}  // namespace

double median(std::vector<double> values) {
  assert(!values.empty());
  return median_in_place(values);
}

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

Interval bootstrap_median(std::span<const std::vector<double>> groups, std::uint64_t seed, int resamples) {
  Draws draws(seed);
  std::vector<double> medians, drawn;
  medians.reserve(static_cast<std::size_t>(resamples));
  for (int r = 0; r < resamples; ++r) {
    drawn.clear();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const std::vector<double>& process = groups[draws.below(groups.size())];
      for (std::size_t s = 0; s < process.size(); ++s) drawn.push_back(process[draws.below(process.size())]);
    }
    medians.push_back(median_in_place(drawn));
  }
  std::sort(medians.begin(), medians.end());
  const auto at = [&](double share) {
    return medians[static_cast<std::size_t>(std::lround(share * static_cast<double>(medians.size() - 1)))];
  };
  return {at(0.025), at(0.975)};
}

}  // namespace synthbench
