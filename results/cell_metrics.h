#pragma once

#include <string>
#include <vector>

#include "results/table_cells.h"

namespace synthbench {

/// Reads the final metrics of all finished cells, and chooses which of several ways speaks (choose_ways). names: empty: all metrics.
void read_metrics(Store& store, CellSet& cells, const std::vector<std::string>& names);

}  // namespace synthbench
