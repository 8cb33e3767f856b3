#pragma once

#include <string>

#include "ablations/grid.h"
#include "harness/plan.h"

namespace synthbench {

/// Settings of [measure], [check] and their flags over the defaults, later ones winning.
class MeasureReader {
 public:
  /// Throws UserError "grid.toml:5: [measure] timeout: '12 parsecs' is not a duration (try ...)".
  void set(const Setting& setting);
  /// --quick: one launch of 0.05 s.
  void quick();
  /// --smoke: one launch of a few samples.
  void smoke();
  MeasureSettings settings() const;

 private:
  MeasureSettings settings_;
  bool max_time_said_ = false;
};

}  // namespace synthbench
