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

/// Gives a cell that nobody runs the state that follows from its attempts; within the caller's transaction.
void settle_cell(const Connection& database, std::int64_t cell);

}  // namespace synthbench
