#pragma once

#include <functional>
#include <string>
#include <vector>

#include "results/format.h"
#include "results/timings.h"

namespace synthbench {

/// A column of a table that holds something measured: its cell for a row by index. Asked only for rows with a result.
struct Column {
  std::string name;
  std::function<TableCell(std::size_t row)> cell;
};

/// Axes, then columns: a line for each row that `keep` accepts. A row without a result says why in every column.
/// Throws NothingDone where no row is left.
Table assemble(Store& store, const std::string& caption, const CellSet& cells, const Axes& axes, const std::vector<Column>& columns,
               const std::function<bool(const ConfigFacts&)>& keep);

TableCell number_cell(double value, int significant = 3);          ///< all digits as a value, at least `significant` as text
TableCell count_cell(std::int64_t count);                          ///< 4096 as "4,096"
TableCell interval_cell(const std::optional<Interval>& interval);  ///< "[1.21, 1.30]"
TableCell nothing_cell();                                          ///< "–": does not apply here

/// n of each row, where rows differ in it; otherwise the notes say it.
bool seeds_differ(const CellSet& cells);

/// Columns median_UNIT, interval_UNIT, time_vs_vanilla, ratio_interval, and kernel_column last.
std::vector<Column> time_columns(const Timings& timings);
/// Columns GFLOP_per_s, GB_per_s, percent_of_peak and percent_of_copy, those that some row has a value for; what the machine
/// cannot do is "impossible".
std::vector<Column> rate_columns(const CellSet& cells);
Column kernel_column(const CellSet& cells);
Column seeds_column(const CellSet& cells);
Column parameters_column(const CellSet& cells);

/// How intervals and ratios are made, and which cells were not checked against the oracle.
void add_time_notes(std::vector<std::string>& notes, Store& store, const Timings& timings);

}  // namespace synthbench
