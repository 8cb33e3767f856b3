#include "results/compare_times.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/base/splitmix.h"
#include "results/significance.h"

namespace synthbench {
namespace {

constexpr double kAlpha = 0.05;

std::vector<double> log_medians(const Launches& launches) {
  std::vector<double> out;
  for (const auto& launch : launches) out.push_back(std::log(std::max(median(launch), 1e-12)));
  return out;
}

Launches slower(Launches launches, double share) {
  for (auto& process : launches) {
    for (double& seconds : process) seconds *= 1 + share;
  }
  return launches;
}

/// Some of the launches, each once: the start of a shuffle after Fisher and Yates.
Launches drawn(const Launches& from, std::size_t count, std::uint64_t& state) {
  std::vector<std::size_t> order(from.size());
  std::iota(order.begin(), order.end(), 0u);
  Launches out;
  for (std::size_t i = 0; i < count; ++i) {
    state = splitmix(state);
    std::swap(order[i], order[i + state % (order.size() - i)]);
    out.push_back(from[order[i]]);
  }
  return out;
}

}  // namespace

double median_of_all(const Launches& launches) {
  std::vector<double> all;
  for (const auto& launch : launches) all.insert(all.end(), launch.begin(), launch.end());
  return median(std::move(all));
}

TimesRatio ratio_of_times(const Launches& a, const Launches& b, DifferenceTest test) {
  TimesRatio out;
  out.value = median_of_all(b) / median_of_all(a);
  const std::vector<double> logs_a = log_medians(a), logs_b = log_medians(b);
  if (const auto apart = trimmed_interval(logs_a, logs_b)) {
    out.interval = {std::min(std::exp(apart->lo), out.value), std::max(std::exp(apart->hi), out.value)};
    out.p = test == DifferenceTest::t ? trimmed_t(logs_a, logs_b)->p : rank_sum(logs_a, logs_b)->p;
  }
  return out;
}

bool within(const Interval& interval, double floor) { return interval.lo >= 1 / (1 + floor) && interval.hi <= 1 + floor; }

std::string verdict_on_times(const Interval& interval, double p, double floor, double alpha) {
  if (p <= alpha && interval.lo > 1 + floor) return "slower";
  if (p <= alpha && interval.hi < 1 / (1 + floor)) return "faster";
  return within(interval, floor) ? "same" : "ambiguous";
}

VerdictRates verdict_rates(const Launches& launches, std::size_t sides, double floor, int draws, std::uint64_t seed) {
  VerdictRates rates{.draws = draws};
  for (int i = 0; i < draws; ++i) {
    const Launches both = drawn(launches, 2 * sides, seed);
    const auto middle = both.begin() + static_cast<std::ptrdiff_t>(sides);
    const Launches a(both.begin(), middle), b(middle, both.end());
    const auto verdict = [&](double share) {
      const TimesRatio ratio = ratio_of_times(a, slower(b, share), DifferenceTest::t);
      return ratio.p ? verdict_on_times(*ratio.interval, *ratio.p, floor, kAlpha) : "ambiguous";
    };
    const std::string of_equals = verdict(0);
    rates.false_verdicts += of_equals == "slower" || of_equals == "faster" ? 1 : 0;
    rates.found_3 += verdict(0.03) == "slower" ? 1 : 0;
    rates.found_10 += verdict(0.10) == "slower" ? 1 : 0;
  }
  return rates;
}

}  // namespace synthbench
