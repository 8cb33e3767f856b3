#pragma once

#include <string>

#include "harness/cli/plan_text.h"
#include "harness/plan.h"
#include "results/store.h"

namespace synthbench {

/// Asks a database, without writing, which planned cells have a result that counts by the rule of `run`. Empty when there is no database yet.
WouldReuse reuse_from(const std::string& db_path, Reuse how, const MeasureSettings& measure);

}  // namespace synthbench
