#pragma once

#include <array>
#include <string>
#include <vector>

#include "harness/cli/flags.h"
#include "harness/plan.h"

namespace synthbench {

/// What plan, run and bench say about a grid: axes, --set, filters, shard, and the settings of [measure].
class GridFlags {
 public:
  static constexpr std::size_t kAxisCount = 15, kMeasureCount = 6;

  void declare(FlagSet& flags);
  /// The plan that the flags ask for. grid_path: empty for bench.
  PlanRequest request(const std::string& grid_path) const;

 private:
  void refuse_batch_beside_tokens() const;

  std::array<FlagValue, kAxisCount> axes_;
  std::array<FlagValue, kMeasureCount> measure_;
  std::vector<FlagValue> set_;
  FlagValue only_, exclude_, shard_, data_;
  bool quick_ = false, smoke_ = false;
  SaidBy quick_by_ = SaidBy::flag;
};

}  // namespace synthbench
