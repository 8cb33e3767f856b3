// How the time of one sample grows with its length: a fitted order, and the exponent of a power law with its interval.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>

#include "harness/base/error.h"
#include "results/complexity.h"
#include "results/table_columns.h"
#include "results/table_notes.h"
#include "results/table_shapes.h"

namespace synthbench {
namespace {

/// Least-squares slope of log time over log length.
double exponent_of(const std::vector<SizedTime>& times) {
  double x = 0, y = 0, xx = 0, xy = 0;
  const auto count = static_cast<double>(times.size());
  for (const SizedTime& time : times) {
    const double n = std::log(time.n), t = std::log(time.seconds);
    x += n, y += t, xx += n * n, xy += n * t;
  }
  return (count * xy - x * y) / (count * xx - x * x);
}

/// The exponents that resampled processes and samples would have given.
std::optional<Interval> exponent_interval(const Timings& rows, const LengthSeries& series) {
  std::size_t replicates = std::numeric_limits<std::size_t>::max();
  for (const std::size_t row : series.rows) replicates = std::min(replicates, rows.times[row]->replicates.size());
  if (replicates == 0) return std::nullopt;
  std::vector<double> out;
  for (std::size_t draw = 0; draw < replicates; ++draw) {
    std::vector<SizedTime> drawn = series.times;
    for (std::size_t i = 0; i < drawn.size(); ++i) {
      drawn[i].seconds *= rows.times[series.rows[i]]->replicates[draw] / rows.times[series.rows[i]]->seconds;
    }
    out.push_back(exponent_of(drawn));
  }
  return interval_of(out);
}

}  // namespace

Table table_of_growth(Store& store, const TableSpec& spec, const TableOptions& options) {
  TableOptions what = options;
  what.metrics = metrics_to_read({"median"});
  const Timings rows = read_timings(store, what);
  TableAxes axes = rows.axes;
  std::erase_if(axes.columns, goes_with_length);
  Table table{.caption = spec.caption + (axes.constants.empty() ? "" : "; " + axes.constants),
              .columns = axis_columns(axes),
              .rows = {},
              .notes = {}};
  for (const char* name : {"lengths", "grows_as", "residual_percent", "exponent", "interval"}) table.columns.emplace_back(name);
  for (const LengthSeries& series : series_over_length(rows)) {
    const auto fitted = fit_complexity(series.times);
    if (!fitted || !holds(spec.where, rows.cells.rows[series.rows.front()].config)) continue;
    const auto [shortest, longest] = std::ranges::minmax(series.times, {}, &SizedTime::n);
    std::vector<TableCell> line = axis_cells(store, axes, rows.cells.rows[series.rows.front()]);
    line.push_back({.value = fmt::format("{:g} to {:g} ({})", shortest.n, longest.n, series.times.size())});
    line.push_back({.value = fitted->order});
    line.push_back(number_cell(100 * fitted->rms, 2));
    line.push_back(number_cell(exponent_of(series.times), 3));
    line.push_back(interval_cell(exponent_interval(rows, series), 3));
    std::vector<std::int64_t> attempts;
    for (const std::size_t row : series.rows) std::ranges::copy(rows.cells.rows[row].attempts(), std::back_inserter(attempts));
    for (TableCell& cell : line) cell.attempts = attempts;
    table.rows.push_back(std::move(line));
  }
  if (table.rows.empty()) throw NothingDone("no cells for this table: " + spec.caption + " (a series needs three lengths)");
  table.notes = notes_under(store, rows.cells, rows.axes, {"median"});
  add_process_note(table.notes, rows.times);
  table.notes.emplace_back("grows_as: the order in N that fits the time of one sample best, with the fit's residual");
  table.notes.emplace_back("exponent: e of time = c N^e over the measured lengths; 1 is linear, 2 quadratic; fixed costs lower it");
  for (const std::string& note : spec.notes) table.notes.push_back(note);
  return table;
}

}  // namespace synthbench
