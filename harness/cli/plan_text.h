#pragma once

#include <functional>
#include <string>

#include "harness/cli/output.h"
#include "harness/plan.h"

namespace synthbench {

/// Whether an earlier result counts for a planned cell.
using WouldReuse = std::function<bool(const PlannedCell&)>;

/// A plan as `plan` and `run --dry-run` print it: "md" for people, "json", or "jsonl" with a cell a line.
/// Cells are made one at a time, so a plan of a million stays small. would_reuse: empty when there is nothing to look at.
void print_plan(const std::string& format, const Plan& plan, const WouldReuse& would_reuse, const Sink& sink);

}  // namespace synthbench
