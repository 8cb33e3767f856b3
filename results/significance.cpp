#include "results/significance.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <numeric>

namespace synthbench {
namespace {

constexpr std::size_t kMostCounted = 60;  ///< values up to which ranks are counted exactly
constexpr double kOutside = 0.025;        ///< of a 95 % interval, on each side

double two_sided_t(double t, double freedom) {
  return 2 * boost::math::cdf(boost::math::complement(boost::math::students_t(freedom), std::abs(t)));
}

double two_sided_z(double z) { return 2 * boost::math::cdf(boost::math::complement(boost::math::normal(), std::abs(z))); }

double variance(std::span<const double> values) {
  const double sd = *standard_deviation(values);
  return sd * sd;
}

/// p of a difference with its standard error. least: where there is no spread beyond that of rounding.
double p_of(double difference, double error, double freedom, double least) {
  if (error > 1e-12 * std::abs(difference)) return two_sided_t(difference / error, freedom);
  return difference == 0 ? 1 : least;
}

/// Twice the mean rank of each value, from 2 up: whole numbers, also for values that are equal.
std::vector<std::size_t> doubled_ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size()), ranks(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i) ranks[order[i]] = first + last + 2;
    first = last + 1;
  }
  return ranks;
}

/// Share of a symmetric distribution at least as far from its middle as `seen`. weights[s]: of the sum s.
double share_as_far(const std::vector<double>& weights, double seen) {
  double all = 0, far = 0;
  const double middle = static_cast<double>(weights.size() - 1) / 2;
  for (std::size_t sum = 0; sum < weights.size(); ++sum) {
    all += weights[sum];
    if (std::abs(static_cast<double>(sum) - middle) >= std::abs(seen - middle) - 1e-9) far += weights[sum];
  }
  return far / all;
}

/// counts[k][s]: ways to take k of the ranks with the sum s.
std::vector<std::vector<double>> ways_to_take(const std::vector<std::size_t>& ranks, std::size_t most) {
  const std::size_t total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<std::vector<double>> counts(most + 1, std::vector<double>(total + 1));
  counts[0][0] = 1;
  for (const std::size_t rank : ranks) {
    for (std::size_t k = most; k >= 1; --k) {
      for (std::size_t sum = total; sum >= rank; --sum) counts[k][sum] += counts[k - 1][sum - rank];
    }
  }
  return counts;
}

}  // namespace

double least_p_of_signs(std::size_t differences) { return std::min(1.0, std::ldexp(2.0, -static_cast<int>(differences))); }

double least_p_of_ranks(std::size_t a, std::size_t b) {
  double ways = 1;  // to choose who is on the one side
  for (std::size_t i = 1; i <= a; ++i) ways *= static_cast<double>(b + i) / static_cast<double>(i);
  return std::min(1.0, 2 / ways);
}

std::optional<Test> welch_t(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const double error_a = variance(a) / static_cast<double>(a.size()), error_b = variance(b) / static_cast<double>(b.size());
  const double error = error_a + error_b, least = static_cast<double>(std::min(a.size(), b.size()) - 1);
  const double freedom =
      error > 0
          ? error * error / (error_a * error_a / static_cast<double>(a.size() - 1) + error_b * error_b / static_cast<double>(b.size() - 1))
          : least;
  return Test{p_of(mean(b) - mean(a), std::sqrt(error), freedom, least_p_of_ranks(a.size(), b.size())), freedom};
}

namespace {

/// A trimmed mean, the squared standard error of it after Winsor, and its degrees of freedom.
struct Trimmed {
  double mean = 0, error = 0, freedom = 0;
};

Trimmed trimmed(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  const std::size_t n = sorted.size(), cut = n / 5, kept = n - 2 * cut;
  const double middle = mean({sorted.data() + cut, kept});
  std::fill_n(sorted.begin(), cut, sorted[cut]);
  std::fill_n(sorted.end() - static_cast<std::ptrdiff_t>(cut), cut, sorted[n - cut - 1]);
  const auto h = static_cast<double>(kept);
  return {middle, static_cast<double>(n - 1) * variance(sorted) / (h * (h - 1)), h - 1};
}

/// b's trimmed mean minus a's, with Welch's degrees of freedom.
Trimmed difference(std::span<const double> a, std::span<const double> b) {
  const Trimmed of_a = trimmed(a), of_b = trimmed(b);
  const double error = of_a.error + of_b.error;
  const double freedom = error > 0 ? error * error / (of_a.error * of_a.error / of_a.freedom + of_b.error * of_b.error / of_b.freedom)
                                   : std::min(of_a.freedom, of_b.freedom);
  return {of_b.mean - of_a.mean, error, freedom};
}

}  // namespace

std::optional<Test> trimmed_t(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const Trimmed apart = difference(a, b);
  return Test{p_of(apart.mean, std::sqrt(apart.error), apart.freedom, least_p_of_ranks(a.size(), b.size())), apart.freedom};
}

std::optional<Interval> trimmed_interval(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const Trimmed apart = difference(a, b);
  const double t = boost::math::quantile(boost::math::complement(boost::math::students_t(apart.freedom), kOutside));
  const double half = t * std::sqrt(apart.error);
  return Interval{apart.mean - half, apart.mean + half};
}

std::optional<Test> paired_t(std::span<const double> differences) {
  if (differences.size() < 2) return std::nullopt;
  const auto n = static_cast<double>(differences.size());
  const double error = *standard_deviation(differences) / std::sqrt(n);
  return Test{p_of(mean(differences), error, n - 1, least_p_of_signs(differences.size())), n - 1};
}

std::optional<Test> signed_rank(std::span<const double> differences) {
  std::vector<double> sizes, signs;
  for (const double difference : differences) {
    if (difference == 0) continue;
    sizes.push_back(std::abs(difference));
    signs.push_back(difference);
  }
  if (sizes.empty()) return std::nullopt;
  const std::vector<std::size_t> ranks = doubled_ranks(sizes);
  std::size_t positive = 0;
  double squares = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    if (signs[i] > 0) positive += ranks[i];
    squares += static_cast<double>(ranks[i] * ranks[i]);
  }
  const std::size_t total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  if (ranks.size() > kMostCounted) {
    return Test{two_sided_z((static_cast<double>(positive) - static_cast<double>(total) / 2) / std::sqrt(squares / 4)), 0};
  }
  std::vector<double> weights(total + 1);
  weights[0] = 1;
  for (const std::size_t rank : ranks) {
    for (std::size_t sum = total; sum >= rank; --sum) weights[sum] += weights[sum - rank];
  }
  return Test{share_as_far(weights, static_cast<double>(positive)), 0};
}

std::optional<Test> rank_sum(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return std::nullopt;
  std::vector<double> all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  const std::vector<std::size_t> ranks = doubled_ranks(all);
  const std::size_t seen = std::accumulate(ranks.begin(), ranks.begin() + std::ssize(a), std::size_t{0});
  const auto n = static_cast<double>(all.size());
  const double share = static_cast<double>(a.size()) / n, middle = share * n * (n + 1);  // of doubled ranks
  if (all.size() > kMostCounted) {
    double spread = 0;
    for (const std::size_t rank : ranks) spread += (static_cast<double>(rank) - (n + 1)) * (static_cast<double>(rank) - (n + 1));
    spread *= share * (1 - share) * n / (n - 1);
    return Test{spread > 0 ? two_sided_z((static_cast<double>(seen) - middle) / std::sqrt(spread)) : 1, 0};
  }
  const std::vector<double> ways = ways_to_take(ranks, a.size()).back();
  double total = 0, far = 0;
  for (std::size_t sum = 0; sum < ways.size(); ++sum) {
    total += ways[sum];
    if (std::abs(static_cast<double>(sum) - middle) >= std::abs(static_cast<double>(seen) - middle) - 1e-9) far += ways[sum];
  }
  return Test{far / total, 0};
}

std::vector<double> holm(const std::vector<double>& p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> out(p.size());
  double largest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, std::min(1.0, p[order[i]] * static_cast<double>(p.size() - i)));
    out[order[i]] = largest;
  }
  return out;
}

std::optional<double> paired_effect(std::span<const double> differences) {
  if (differences.size() < 2) return std::nullopt;
  const double sd = *standard_deviation(differences);
  return sd > 0 ? std::optional(mean(differences) / sd) : std::nullopt;
}

std::optional<Interval> t_interval(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const auto n = static_cast<double>(values.size());
  static std::map<std::size_t, double> quantiles;  // by n: the lines of a table have few of them
  const auto [known, is_new] = quantiles.try_emplace(values.size());
  if (is_new) known->second = boost::math::quantile(boost::math::complement(boost::math::students_t(n - 1), kOutside));
  const double t = known->second;
  const double half = t * *standard_deviation(values) / std::sqrt(n), centre = mean(values);
  return Interval{centre - half, centre + half};
}

}  // namespace synthbench
