#pragma once

#include <string>
#include <vector>

#include "results/table_axes.h"
#include "results/table_cells.h"

namespace synthbench {

/// What stands under every table: seeds, missing cells and why, noisy cells, machine, build, date.
std::vector<std::string> notes_under(Store& store, const CellSet& cells, const Axes& axes);

}  // namespace synthbench
