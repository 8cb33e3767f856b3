#pragma once

#include <vector>

#include "harness/base/json.h"
#include "results/store.h"

namespace synthbench {

/// A cell as `bench -o json` and `run -o json` print it: {"cell","config","seed","state","reason","kernel","metrics"}.
OrderedJson cell_json(const Store::CellResult& cell);

/// Cells as rows of equal keys for csv: cell, the keys of all configs, seed, state, reason, kernel, then every metric with
/// its interval where any cell has one.
std::vector<OrderedJson> flat_rows(const std::vector<Store::CellResult>& cells);

}  // namespace synthbench
