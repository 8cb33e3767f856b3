#include "results/tables/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

struct Unit {
  const char* suffix;
  double seconds;
};

/// The unit in which the middle of all times has a digit before the point.
Unit unit_for(const Timings& timings) {
  double logs = 0, count = 0;
  for (const auto& timing : timings.times) {
    if (timing && timing->seconds > 0) logs += std::log10(timing->seconds), ++count;
  }
  const double middle = count > 0 ? logs / count : 0;
  return middle >= 0 ? Unit{"s", 1} : middle >= -3 ? Unit{"ms", 1e-3} : Unit{"us", 1e-6};
}

bool any_ratio(const Timings& timings) {
  for (std::size_t row = 0; row < timings.times.size(); ++row) {
    if (timings.to_vanilla(row)) return true;
  }
  return false;
}

/// A rate is stored as NaN where it was above what the machine can do, in any of the row's cells.
bool is_impossible(const ConfigFacts& row, const char* rate) {
  return std::ranges::any_of(row.done,
                             [&](const CellFacts& cell) { return std::ranges::find(cell.not_finite, rate) != cell.not_finite.end(); });
}

std::int64_t unchecked_cells(Store& store, const CellSet& cells) {
  Json attempts = Json::array();
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) attempts.push_back(cell.attempt);
  }
  const auto rows =
      store.select("SELECT count(*) FROM json_each(?) WHERE NOT EXISTS(SELECT 1 FROM check_result c WHERE c.attempt_id=json_each.value)",
                   {attempts.dump()});
  return rows.at(0).begin().value();
}

bool has_metric(const CellSet& cells, const char* metric) {
  return std::ranges::any_of(cells.rows, [&](const ConfigFacts& row) { return !row.values(metric).empty(); });
}

}  // namespace

Table assemble(Store& store, const std::string& caption, const CellSet& cells, const Axes& axes, const std::vector<Column>& columns,
               const std::function<bool(const ConfigFacts&)>& keep) {
  Table table{.caption = caption, .columns = axis_columns(axes), .rows = {}, .notes = {}};
  for (const Column& column : columns) table.columns.push_back(column.name);
  for (std::size_t i = 0; i < cells.rows.size(); ++i) {
    const ConfigFacts& row = cells.rows[i];
    if (!keep(row)) continue;
    std::vector<TableCell> line = axis_cells(store, axes, row);
    for (const Column& column : columns) line.push_back(row.done.empty() ? TableCell{.value = row.absence()} : column.cell(i));
    for (TableCell& cell : line) cell.attempts = row.attempts();
    table.rows.push_back(std::move(line));
  }
  if (table.rows.empty()) throw NothingDone("no cells for this table: " + caption);
  return table;
}

TableCell number_cell(double value, int significant) { return {.value = value, .text = format_number(value, significant)}; }
TableCell count_cell(std::int64_t count) { return {.value = count, .text = format_count(count)}; }
TableCell nothing_cell() { return {.value = nullptr, .text = "–"}; }

TableCell interval_cell(const std::optional<Interval>& interval) {
  if (!interval) return nothing_cell();
  return {.value = OrderedJson::array({interval->lo, interval->hi}),
          .text = fmt::format("[{}, {}]", format_number(interval->lo, 4), format_number(interval->hi, 4))};
}

bool seeds_differ(const CellSet& cells) {
  std::set<std::size_t> sizes;
  for (const ConfigFacts& row : cells.rows) sizes.insert(row.done.size());
  sizes.erase(0);
  return sizes.size() > 1;
}

std::vector<Column> time_columns(const Timings& timings) {
  const Unit unit = unit_for(timings);
  std::vector<Column> columns;
  columns.push_back({fmt::format("median_{}", unit.suffix), [&timings, unit](std::size_t row) {
                       const auto& timing = timings.times[row];
                       return timing ? number_cell(timing->seconds / unit.seconds, 4) : nothing_cell();
                     }});
  columns.push_back({fmt::format("interval_{}", unit.suffix), [&timings, unit](std::size_t row) {
                       auto interval = timings.interval(row);
                       if (interval) interval = Interval{interval->lo / unit.seconds, interval->hi / unit.seconds};
                       return interval_cell(interval);
                     }});
  if (!any_ratio(timings)) return columns;
  columns.push_back({"time_vs_vanilla", [&timings](std::size_t row) {
                       const auto ratio = timings.to_vanilla(row);
                       return ratio ? number_cell(ratio->value) : TableCell{.value = "n/a (vanilla)"};
                     }});
  columns.push_back({"ratio_interval", [&timings](std::size_t row) {
                       const auto ratio = timings.to_vanilla(row);
                       return interval_cell(ratio ? ratio->interval : std::nullopt);
                     }});
  return columns;
}

std::vector<Column> rate_columns(const CellSet& cells) {
  struct Rate {
    const char *column, *metric;
    double scale;
  };
  constexpr Rate kRates[] = {{"GFLOP_per_s", "flops_per_s", 1e-9},
                             {"GB_per_s", "bytes_per_s", 1e-9},
                             {"percent_of_peak", "peak_flops_share", 100},
                             {"percent_of_copy", "peak_bytes_share", 100}};
  std::vector<Column> columns;
  for (const Rate& rate : kRates) {
    const bool somewhere = std::ranges::any_of(
        cells.rows, [&](const ConfigFacts& row) { return !row.values(rate.metric).empty() || is_impossible(row, rate.metric); });
    if (!somewhere) continue;
    columns.push_back({rate.column, [&cells, rate](std::size_t row) {
                         const std::vector<double> values = cells.rows[row].values(rate.metric);
                         if (is_impossible(cells.rows[row], rate.metric)) return TableCell{.value = "impossible"};
                         return values.empty() ? nothing_cell() : number_cell(rate.scale * mean(values), 3);
                       }});
  }
  return columns;
}

Column kernel_column(const CellSet& cells) {
  return {"kernel", [&cells](std::size_t row) {
            std::set<std::string> names;
            for (const CellFacts& cell : cells.rows[row].done) {
              names.insert(cell.kernel + (cell.kernel_label == "reference" ? " (reference)" : ""));
            }
            return TableCell{.value = join(std::vector<std::string>(names.begin(), names.end()), "+")};
          }};
}

Column seeds_column(const CellSet& cells) {
  return {"n", [&cells](std::size_t row) { return TableCell{.value = cells.rows[row].done.size()}; }};
}

Column parameters_column(const CellSet& cells) {
  return {"parameters", [&cells](std::size_t row) {
            const std::vector<double> of_model = cells.rows[row].values("parameters");  // what ran; params: one layer, as planned
            return count_cell(of_model.empty() ? cells.rows[row].params : static_cast<std::int64_t>(of_model.front()));
          }};
}

void add_time_notes(std::vector<std::string>& notes, Store& store, const Timings& timings) {
  std::set<std::size_t> processes;
  for (const auto& timing : timings.times) {
    if (timing && timing->most_processes > 0) processes.insert({timing->fewest_processes, timing->most_processes});
  }
  if (!processes.empty()) {
    const std::size_t least = *processes.begin(), most = *processes.rbegin();
    const std::string count = least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
    notes.push_back(fmt::format("intervals: 95 %, bootstrap over processes, then samples; {} process{} per cell{}", count,
                                most == 1 ? "" : "es", least == 1 ? ", and one process says nothing about the next" : ""));
  }
  if (any_ratio(timings)) {
    notes.push_back("time_vs_vanilla: time divided by that of vanilla with all other axes equal; below 1 is faster");
  }
  if (has_metric(timings.cells, "peak_flops_share"))
    notes.push_back("percent_of_peak: FLOP/s over those of a matrix product on this machine, with this build, dtype and threads");
  if (has_metric(timings.cells, "peak_bytes_share"))
    notes.push_back("percent_of_copy: bytes that have to move at least, over those of a copy; of calls that no cache can hold");
  const std::int64_t unchecked = unchecked_cells(store, timings.cells);
  if (unchecked > 0) notes.push_back(fmt::format("not checked against the oracle: {} of the cells", unchecked));
}

}  // namespace synthbench
