#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/sqlite.h"

namespace synthbench {

/// How an attempt ended, as far as its cell asks.
struct AttemptEnd {
  std::int64_t id = 0;
  std::string uid, outcome, reason, ended_at;
};
struct CellEnd {
  std::string state, reason;
  std::int64_t attempt = 0;  ///< whose result the cell has; 0: none
};
/// The state of a cell from its attempts, in whatever order they came: the result is the finished attempt that ended last;
/// without any the last end counts, and after nothing but interrupts the cell is pending.
CellEnd end_of(const std::vector<AttemptEnd>& attempts);

/// SQL: the attempt that says on which build and machine a cell `ce` without a result met its end, or runs: as end_of orders them,
/// so that the numbers of rows, which follow the order of merging, decide nothing.
inline constexpr const char* kLatestAttempt =
    "(SELECT attempt_id FROM attempt WHERE cell_id=ce.cell_id "
    "ORDER BY outcome='abandoned', ended_at DESC NULLS FIRST, attempt_uid DESC LIMIT 1)";

/// Where a cell stands, and whether its attempts say so.
struct CellStanding {
  std::string state, reason;
  std::string result_uid;  ///< of a result
  CellEnd end;             ///< what its attempts say
};
CellStanding standing_of(const Connection& database, std::int64_t cell);

/// Gives a cell that nobody runs the state that follows from its attempts; within the caller's transaction.
void settle_cell(const Connection& database, std::int64_t cell);

}  // namespace synthbench
