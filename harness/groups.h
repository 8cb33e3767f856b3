#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ablations/config.h"
#include "harness/plan.h"
#include "harness/supervisor.h"

namespace synthbench {

/// A cell of the plan that is not excluded, small enough for a hundred thousand of them.
struct PlannedPlace {
  std::int64_t index = 0;  ///< in the plan
  std::int64_t ordinal = 0;
};

/// Cells that are run together: speed cells that take turns, or all trainings of the sweep.
struct Group {
  bool training = false;
  std::vector<PlannedPlace> cells;
};

inline constexpr std::size_t kMaxGroup = 16;

/// Speed cells equal in everything but variant, backend, rank and what only some variants have share a group, at most
/// kMaxGroup of them; with Order::grid each cell is a group of its own. All trainings are one group. Groups come in the order
/// of their first cells, with Order::random in an order that follows from the seed.
std::vector<Group> group_cells(const Plan& plan, RunOptions::Order order, std::uint64_t seed);

}  // namespace synthbench
