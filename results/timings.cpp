#include "results/timings.h"

#include <algorithm>

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

}  // namespace

std::optional<Interval> Timings::interval(std::size_t row) const {
  const auto& timing = times[row];
  if (!timing || timing->replicates.empty()) return std::nullopt;
  return around(timing->seconds, interval_of(timing->replicates));
}

std::optional<Ratio> Timings::to_vanilla(std::size_t row) const {
  if (vanilla[row] < 0) return std::nullopt;
  const auto base = static_cast<std::size_t>(vanilla[row]);
  if (!times[row] || !times[base]) return std::nullopt;
  Ratio ratio{.value = times[row]->seconds / times[base]->seconds, .interval = std::nullopt};
  const auto &over = times[row]->replicates, &under = times[base]->replicates;
  if (base != row && !over.empty() && !under.empty()) ratio.interval = around(ratio.value, ratio_interval(over, under));
  return ratio;
}

Timings read_rows(Store& store, const TableOptions& options, const std::vector<std::string>& kinds, bool one_place) {
  Timings out;
  out.cells = read_cells(store, options, kinds, options.across_env);
  if (one_place && !options.across_env) refuse_mixed_places(store, out.cells);
  out.axes = axes_of(out.cells.rows);
  sort_for_comparison(out.cells.rows, out.axes);
  out.vanilla = vanilla_rows(out.cells.rows);
  return out;
}

void add_times(Store& store, Timings& rows) {
  const bool resampled = rows.cells.rows.size() <= kMostResampled;
  for (const ConfigFacts& row : rows.cells.rows) rows.times.push_back(timing_of(store, row, resampled));
}

Timings read_timings(Store& store, const TableOptions& options) {
  Timings out = read_rows(store, options, {"speed"}, true);
  add_times(store, out);
  return out;
}

}  // namespace synthbench
