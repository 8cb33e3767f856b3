#include "harness/one_cell_plan.h"

#include "harness/base/sha256.h"

namespace synthbench {

OneCellPlan::OneCellPlan(const std::string& name, const Config& config, std::int64_t seed, const MeasureSettings& settings)
    : cell_{1, config, config.sha(), seed, "pending", ""} {
  sweep = name;
  kind = config.text("kind");
  plan_sha = sha256(cell_.config_sha + ":" + std::to_string(seed));
  counts.product = counts.cells = 1;
  measure = settings;
}

std::optional<ValueOrigin> OneCellPlan::origin(std::int64_t, const std::string& key) const {
  if (!cell_.config.has(key)) return std::nullopt;
  return ValueOrigin{cell_.config.json().at(key), ValueOrigin::Source::command, sweep};
}

}  // namespace synthbench
