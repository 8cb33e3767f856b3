#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/plan.h"

namespace synthbench {

/// A plan of one cell that is known already, as it was resolved.
class OneCellPlan final : public Plan {
 public:
  OneCellPlan(const std::string& name, const Config& config, std::int64_t seed, const MeasureSettings& settings);
  std::int64_t size() const override { return 1; }
  PlannedCell cell(std::int64_t) const override { return cell_; }
  /// Of every key: the command that took the cell up, by the name of its sweep.
  std::optional<ValueOrigin> origin(std::int64_t index, const std::string& key) const override;

 private:
  PlannedCell cell_;
};

}  // namespace synthbench
