#pragma once

#include <string>

#include "harness/cli/command.h"
#include "harness/cli/grid_flags.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/run_flags.h"

namespace synthbench {

/// What `run` and `bench` share: plan, supervise with progress, print tables or cells, say what happened and what to try.
struct SweepRun {
  std::string grid;  ///< empty: bench
  GridFlags axes;
  RunFlags running;
  ProgressFlags progress;
  DatabaseFlag db;
  OutputFlags output;

  void declare(FlagSet& flags);
  /// name: of the sweep where there is no file.
  Exit run(const std::string& name) const;
};

/// --dry-run: what would be run, and nothing else.
Exit print_dry_run(const OutputFlags& output, const Plan& plan, const RunOptions& options);

}  // namespace synthbench
