#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/table_axes.h"
#include "results/table_cells.h"
#include "results/timings.h"

namespace synthbench {

/// What stands under every table: seeds, missing cells and why, noisy cells, machine, build, date. metrics: those that it shows, as its
/// columns name them ("quality": what a row is judged by).
std::vector<std::string> notes_under(Store& store, const CellSet& cells, const TableAxes& axes, const std::vector<std::string>& metrics);

/// How the intervals of times are made. times: of all rows that were read; shown: those of them that the table shows.
void add_process_note(std::vector<std::string>& notes, const std::vector<std::optional<Timing>>& times,
                      const std::vector<std::size_t>& shown);
/// The same where it shows all.
void add_process_note(std::vector<std::string>& notes, const std::vector<std::optional<Timing>>& times);
/// Which cells were not checked against the oracle.
void add_unchecked_note(std::vector<std::string>& notes, Store& store, const CellSet& cells);

}  // namespace synthbench
