#pragma once

#include <string>

#include "ablations/config.h"
#include "harness/plan.h"

namespace synthbench {

/// The command that measures this cell alone again, ready for a shell: `synthbench bench` with every key of its config for
/// speed cells, `synthbench run GRID --only ...` for trainings of a grid.
std::string reproduce_command(const Config& config, std::int64_t seed, const Plan& plan, const std::string& grid_path);

}  // namespace synthbench
