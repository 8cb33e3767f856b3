#pragma once

#include "results/table_cells.h"

namespace synthbench {

/// SQL: whether an attempt had ended by a time. Both are text in UTC, of whatever precision; an import may leave out when it ended.
inline std::string ended_by(const std::string& ended_at, const std::string& time) {
  return "rtrim(coalesce(" + ended_at + ", ''), 'Z') <= rtrim(" + time + ", 'Z')";
}

/// As read_cells, of what one build measured (on one machine, if env is given), whatever counts as a cell's result today: the
/// latest finished attempt of each cell, or the latest that ended otherwise; where a sweep is named, its own attempts and results before
/// those of others. Of cells that the build never tried those are there, as missing, that a grid excluded or an earlier cell's memory
/// spared (backstop) in a sweep of this build. until: attempts that ended later do not count; empty: all do.
CellSet cells_of_build(Store& store, const TableOptions& options, const std::vector<std::string>& kinds, std::int64_t build,
                       std::optional<std::int64_t> env, const std::string& until = "");

/// One row with one cell: what this attempt measured. Throws UserError where there is no such attempt.
CellSet cells_of_attempt(Store& store, std::int64_t attempt);

}  // namespace synthbench
