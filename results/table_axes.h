#pragma once

#include <string>
#include <vector>

#include "results/format.h"
#include "results/table_cells.h"

namespace synthbench {

/// Which keys of the configs tell the rows of a table apart: these are columns; what is equal everywhere is said once.
struct TableAxes {
  std::vector<std::string> columns;       ///< variant first where it varies
  std::string constants;                  ///< "backend eigen, dtype f32, ...": equal in all rows, for the caption
  std::string more_constants;             ///< the same of keys that few people ask for, for a note
  std::string where_they_apply;           ///< "rank 8": equal in the rows that have the key
  bool machines = false, builds = false;  ///< columns `machine` and `build` are needed: --across-env
};
TableAxes axes_of(const std::vector<ConfigFacts>& rows);

/// Sorts rows so that what is compared stands together: equal but for variant and what belongs to variants.
void sort_for_comparison(std::vector<ConfigFacts>& rows, const TableAxes& axes);

/// Column names of the axes, and their cells of a row; a key that a row does not have is "–".
std::vector<std::string> axis_columns(const TableAxes& axes);
std::vector<TableCell> axis_cells(Store& store, const TableAxes& axes, const ConfigFacts& row);
/// Those of machine and build alone, where they are needed; a build or machine 0 is "–".
std::vector<std::string> place_columns(const TableAxes& axes);
std::vector<TableCell> place_cells(Store& store, const TableAxes& axes, std::int64_t build, std::int64_t env);

}  // namespace synthbench
