#pragma once

#include <string>

#include "harness/cli/output.h"
#include "harness/plan.h"

namespace synthbench {

/// plan --explain KEY: each value of a key over the cells of a plan, how many cells have it, and who set it. KEY is a key of
/// the grid, or one of [measure]. Formats as print_plan's. Throws UserError for an unknown key, with the nearest known one.
void print_explanation(const std::string& format, const Plan& plan, const std::string& key, const Sink& sink);

}  // namespace synthbench
