// One sentence on a sweep: the fastest variant that was also trained, beside vanilla.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/base/units.h"
#include "results/compare_seeds.h"
#include "results/compare_times.h"
#include "results/noise_floor.h"
#include "results/quality.h"
#include "results/table.h"
#include "results/timings.h"
#include "results/variant_index.h"

namespace synthbench {
namespace {

/// A variant's quality beside vanilla's of the same training.
struct Price {
  ConfigFacts trained;
  double change = 0;  ///< mean over vanilla's mean, minus 1
  std::size_t seeds = 0;
  Quality quality;
};

std::vector<Price> prices(Store& store, std::int64_t sweep) {
  const CellSet trained = read_cells(store, {.sweep = sweep, .metrics = quality_metrics()}, {"train"}, false);
  const std::vector<std::ptrdiff_t> vanilla = vanilla_rows(trained.rows);
  std::vector<Price> out;
  for (std::size_t i = 0; i < trained.rows.size(); ++i) {
    if (vanilla[i] < 0 || vanilla[i] == static_cast<std::ptrdiff_t>(i)) continue;
    const auto quality = quality_of(trained.rows[i]);
    const auto base = quality_of(trained.rows[static_cast<std::size_t>(vanilla[i])]);
    if (!quality || !base || quality->metric != base->metric || quality->better == "none") continue;
    if (!quality->not_finite.empty() || !base->not_finite.empty()) continue;
    const ConfigFacts &row = trained.rows[i], &beside = trained.rows[static_cast<std::size_t>(vanilla[i])];
    const CommonSeeds common = at_common_seeds(row, beside, quality->metric);
    if (common.seeds.empty() || !common.one_way || mean(common.other) <= 0) continue;  // no share of it can be said
    out.push_back({.trained = row, .change = mean(common.one) / mean(common.other) - 1, .seeds = common.seeds.size(), .quality = *quality});
  }
  return out;
}

class PriceList {
 public:
  explicit PriceList(std::vector<Price> all) : all_(std::move(all)) {
    for (std::size_t i = 0; i < all_.size(); ++i) trainings_.add(all_[i].trained, i);
  }
  bool empty() const { return all_.empty(); }
  /// nullptr where the variant was trained in no way or in several: no price is that of the timed one.
  const Price* of(const ConfigFacts& timed, const ConfigFacts& vanilla) {
    const std::vector<std::size_t> found = trainings_.of(timed, own_keys(timed, vanilla));
    return found.size() == 1 ? &all_[found.front()] : nullptr;
  }

 private:
  std::vector<Price> all_;
  VariantIndex trainings_;
};

std::int64_t length_of(const ConfigFacts& row) { return row.config.value("seq_len", std::int64_t{0}); }

/// Where variants are compared: the longest length, on the backend that computes vanilla fastest there.
std::optional<std::size_t> fastest_vanilla(const Timings& timings) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < timings.times.size(); ++i) {
    if (!timings.times[i] || timings.vanilla[i] != static_cast<std::ptrdiff_t>(i)) continue;
    const auto better_than = [&](std::size_t other) {
      const std::int64_t mine = length_of(timings.cells.rows[i]), its = length_of(timings.cells.rows[other]);
      return mine != its ? mine > its : timings.times[i]->seconds < timings.times[other]->seconds;
    };
    if (!best || better_than(*best)) best = i;
  }
  return best;
}

std::string two(double times) { return times < 10 ? fmt::format("{:.2f}", times) : format_number(times); }

/// "1.90x faster than vanilla [1.80, 2.00]": the interval is of the same factor, and decides with the machine's noise whether the word
/// may be said, as in `compare`. One process says nothing about the next: what it measured is "about" that.
std::string speed_words(Store& store, const ConfigFacts& beside, const ConfigFacts& timed, double ratio) {
  constexpr double kAlpha = 0.05;
  const auto [vanilla, row] = of_equal_work(beside, timed);
  const Launches base = processes_of(store, vanilla), own = processes_of(store, row);
  const TimesRatio judged = base.empty() || own.empty() ? TimesRatio() : ratio_of_times(base, own, DifferenceTest::t);
  if (!judged.p) return fmt::format("about {}x {} than vanilla", two(std::max(ratio, 1 / ratio)), ratio < 1 ? "faster" : "slower");
  const Interval interval{std::min(judged.interval->lo, ratio), std::max(judged.interval->hi, ratio)};  // of the table's number
  const double floor = floor_between(store, vanilla, row, median_of_all(base)).share;
  const std::string verdict = verdict_on_times(interval, *judged.p, floor, kAlpha);
  if (verdict == "faster")
    return fmt::format("{}x faster than vanilla [{}, {}]", two(1 / ratio), two(1 / interval.hi), two(1 / interval.lo));
  if (verdict == "slower") return fmt::format("{}x slower than vanilla [{}, {}]", two(ratio), two(interval.lo), two(interval.hi));
  return fmt::format("neither faster nor slower than vanilla ({}x its time [{}, {}])", two(ratio), two(interval.lo), two(interval.hi));
}

std::string quality_words(const Price& price) {
  const std::string name = price.quality.metric == "ppl" ? "perplexity" : price.quality.metric;
  const std::string seeds = fmt::format("(n = {})", price.seeds);
  const double percent = std::abs(100 * price.change);
  if (percent < 0.05) return fmt::format("has the same {} {}", name, seeds);
  const bool worse = (price.change > 0) == (price.quality.better == "lower");
  return fmt::format("{} {:.1f} % {} {}", worse ? "costs" : "gains", percent, name, seeds);
}

}  // namespace

std::optional<std::string> verdict_sentence(Store& store, std::int64_t sweep) {
  PriceList known(prices(store, sweep));
  if (known.empty()) return std::nullopt;
  const Timings timings = read_timings(store, {.sweep = sweep, .across_env = true});
  const auto base = fastest_vanilla(timings);
  if (!base) return std::nullopt;
  const ConfigFacts& vanilla = timings.cells.rows[*base];
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < timings.times.size(); ++i) {
    const bool beside = timings.vanilla[i] == static_cast<std::ptrdiff_t>(*base) && i != *base && timings.to_vanilla[i].has_value();
    if (!beside || known.of(timings.cells.rows[i], vanilla) == nullptr) continue;
    if (!best || timings.to_vanilla[i]->value < timings.to_vanilla[*best]->value) best = i;
  }
  if (!best) return std::nullopt;
  const ConfigFacts& row = timings.cells.rows[*best];
  return fmt::format("{} is {} at length {} on {} and {}", title_of(row, vanilla, timings.axes.columns),
                     speed_words(store, vanilla, row, timings.to_vanilla[*best]->value), length_of(row), row.text("backend"),
                     quality_words(*known.of(row, vanilla)));
}

}  // namespace synthbench
