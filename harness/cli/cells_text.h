#pragma once

#include <vector>

#include "harness/base/json.h"
#include "results/store.h"

namespace synthbench {

/// A cell as `bench -o json` and `run -o json` print it: {"cell","config","seed","state","reason","kernel","metrics"}. Of one metric in
/// several splits or caches the others have a suffix: "ppl.valid", "median.cache:cold". A value that is no number is null with a
/// "reason": "impossible" of a rate above the machine's peak, else "not finite".
OrderedJson cell_json(const Store::CellResult& cell);

/// Cells as rows of equal keys for csv: cell, the keys of all configs, seed, state, reason, kernel, then every metric with
/// its interval where any cell has one. What is no number is the reason's word.
std::vector<OrderedJson> flat_rows(const std::vector<Store::CellResult>& cells);

}  // namespace synthbench
