#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/compare_pairs.h"
#include "results/table_cells.h"

namespace synthbench {

/// In what the times of two rows were taken differently, so that they say nothing of each other: "cache cold and hot; processors 1 and
/// 2", clock. Empty: alike.
std::string different_ways(Store& store, const RowPair& pair, const std::vector<CellTimes>& of_a, const std::vector<CellTimes>& of_b);

/// Where the cells of two rows show a metric in several ways but all of them have one in common, lets it speak, of several the one that
/// sorts first, and returns its signature. nullopt: nothing was changed.
std::optional<std::string> show_common_way(ConfigFacts& a, ConfigFacts& b, const std::string& metric);

/// Builds and machines of a pair, where the rows of a comparison stand apart by them (--across-env): "A on build 0123abc/89abcde, B on
/// 0123abc/cdef012"; what is the same on both sides is said once.
std::string place_words(Store& store, const RowPair& pair, const TableAxes& axes);

}  // namespace synthbench
