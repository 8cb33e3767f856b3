#pragma once

#include <string>
#include <vector>

#include "harness/cli/flags.h"
#include "harness/supervisor.h"

namespace synthbench {

/// How a sweep is run: order, retries, limits. `[measure]` and axes are GridFlags.
class RunFlags {
 public:
  void declare(FlagSet& flags);
  /// Throws UserError that names the flag.
  RunOptions options() const;
  std::int64_t max_cells() const;
  bool dry_run() const { return dry_run_; }
  Reuse reuse() const;

 private:
  FlagValue retry_, reuse_, order_, jobs_, max_failures_, memory_limit_, max_cells_, delay_, cpu_affinity_, prio_;
  bool force_ = false, fail_fast_ = false, keep_going_ = false, no_oom_backstop_ = false, dry_run_ = false;
};

}  // namespace synthbench
