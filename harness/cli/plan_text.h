#pragma once

#include <optional>
#include <string>

#include "harness/cli/output.h"
#include "harness/outlook.h"
#include "harness/plan.h"

namespace synthbench {

/// A plan as `plan` and `run --dry-run` print it: "md" for people, "json", or "jsonl" with a cell a line.
/// Cells are made one at a time, so a plan of a million stays small.
void print_plan(const std::string& format, const Plan& plan, const Outlook& outlook, const Sink& sink);

/// plan --budget: what fits, in the order in which `run` would take it. seconds: the budget.
void print_budget(const std::string& format, const Plan& plan, const BudgetedPlan& budget, double seconds, const Sink& sink);

}  // namespace synthbench
