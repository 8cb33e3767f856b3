#pragma once

#include "harness/cli/flags.h"
#include "tasks/metrics/metric.h"

namespace synthbench {

/// The options of all metrics as flags, under sacreBLEU's names where it has them.
class MetricFlags {
 public:
  void declare(FlagSet& flags);
  /// Throws UserError for what is no number, or no number that is allowed.
  MetricOptions options() const;

 private:
  FlagValue tokenize_, smooth_method_, smooth_value_, char_order_, word_order_, beta_, unit_, vectors_, wordnet_, meteor_jar_;
  MetricOptions switches_;
};

}  // namespace synthbench
