#pragma once

#include <vector>

#include "results/compare_side.h"
#include "results/table_axes.h"

namespace synthbench {

/// A row of each side; nullptr: that side has none.
struct RowPair {
  const ConfigFacts* a = nullptr;
  const ConfigFacts* b = nullptr;
};

/// Outer join: rows that are equal in all but what the sides name stand together. Of two variants the keys count that both have;
/// a key that only one has (rank, mixing ...) belongs to its variant, so that one row may meet several. Rows that stand apart by build
/// and machine meet those of their own; where the other side has none there, those of any.
/// The pairs point into the sets.
std::vector<RowPair> pair_rows(const CellSet& a, const CellSet& b, ComparedSide::Kind kind);

/// seq_len and the axes that vary over all rows, other than what the sides name, for a pair.
Json key_of(const RowPair& pair, const TableAxes& axes, ComparedSide::Kind kind);

}  // namespace synthbench
