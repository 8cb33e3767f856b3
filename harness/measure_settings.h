#pragma once

#include <map>
#include <string>

#include "ablations/grid.h"
#include "ablations/value_origin.h"
#include "harness/plan.h"

namespace synthbench {

/// Settings of [measure], [check] and their flags over the defaults, later ones winning.
class MeasureReader {
 public:
  /// Throws UserError "grid.toml:5: [measure] timeout: '12 parsecs' is not a duration (try ...)".
  void set(const Setting& setting);
  /// --quick: one launch of 0.05 s.
  void quick(SaidBy by);
  /// --smoke: one launch of a few samples.
  void smoke();
  MeasureSettings settings() const;
  /// Who set what, by key. Defaults are not in it.
  const std::map<std::string, ValueOrigin>& origins() const { return origins_; }

 private:
  void say(const std::string& key, const SourceLine& place);

  std::map<std::string, ValueOrigin> origins_;
  MeasureSettings settings_;
  bool max_time_said_ = false;
};

}  // namespace synthbench
