#include "results/timings.h"

#include <algorithm>

#include "results/compare_seeds.h"

namespace synthbench {
namespace {

constexpr int kReplicates = 1000;

std::optional<Timing> timing_of(Store& store, const ConfigFacts& row, bool resampled) {
  const std::vector<double> medians = row.values("median");
  if (medians.empty()) return std::nullopt;
  Timing timing;
  timing.seconds = mean(medians);
  if (!resampled) return timing;
  const std::vector<Launches> cells = launches_of(store, row);
  if (cells.size() != medians.size()) return timing;
  timing.replicates = bootstrap_medians(cells, bootstrap_seed(row), kReplicates);
  const auto [fewest, most] =
      std::minmax_element(cells.begin(), cells.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
  timing.fewest_processes = fewest->size();
  timing.most_processes = most->size();
  return timing;
}

/// Resampled medians of few samples may miss their own: an interval holds its number.
Interval around(double centre, const Interval& interval) { return {std::min(interval.lo, centre), std::max(interval.hi, centre)}; }

std::optional<Ratio> ratio_of(const std::optional<Timing>& over, const std::optional<Timing>& under) {
  if (!over || !under) return std::nullopt;
  Ratio ratio{.value = over->seconds / under->seconds, .interval = std::nullopt};
  if (&over != &under && !over->replicates.empty() && !under->replicates.empty())
    ratio.interval = around(ratio.value, ratio_interval(over->replicates, under->replicates));
  return ratio;
}

std::optional<Ratio> ratio_to_vanilla(Store& store, const Timings& rows, std::size_t row, bool resampled) {
  if (rows.vanilla[row] < 0) return std::nullopt;
  const auto base = static_cast<std::size_t>(rows.vanilla[row]);
  const ConfigFacts &mine = rows.cells.rows[row], &vanilla = rows.cells.rows[base];
  if (mine.seed_draws_work()) {
    const auto [a, b] = of_equal_work(mine, vanilla);
    const bool all = a.done.size() == mine.done.size() && b.done.size() == vanilla.done.size();  // whose times are known
    if (!all) return ratio_of(timing_of(store, a, resampled), timing_of(store, b, resampled));
  }
  return ratio_of(rows.times[row], rows.times[base]);
}

}  // namespace

std::optional<Interval> Timings::interval(std::size_t row) const {
  const auto& timing = times[row];
  if (!timing || timing->replicates.empty()) return std::nullopt;
  return around(timing->seconds, interval_of(timing->replicates));
}

Timings read_rows(Store& store, const TableOptions& options, const std::vector<std::string>& kinds, bool one_place) {
  Timings out;
  out.cells = read_cells(store, options, kinds, options.across_env);
  if (one_place && !options.across_env) refuse_mixed_places(store, out.cells);
  out.axes = axes_of(out.cells.rows);
  sort_for_comparison(out.cells.rows, out.axes);
  return out;
}

void add_vanilla(Timings& rows) { rows.vanilla = vanilla_rows(rows.cells.rows); }

void add_times(Store& store, Timings& rows) {
  const bool resampled = rows.cells.rows.size() <= kMostResampled;
  for (const ConfigFacts& row : rows.cells.rows) rows.times.push_back(timing_of(store, row, resampled));
  for (std::size_t row = 0; row < rows.times.size(); ++row) {
    rows.to_vanilla.push_back(ratio_to_vanilla(store, rows, row, resampled));
  }
}

Timings read_timings(Store& store, const TableOptions& options) {
  Timings out = read_rows(store, options, {"speed"}, true);
  add_vanilla(out);
  add_times(store, out);
  return out;
}

}  // namespace synthbench
