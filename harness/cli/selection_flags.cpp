#include "harness/cli/selection_flags.h"

#include "results/sweep_named.h"

namespace synthbench {

void SelectionFlags::declare(FlagSet& flags) {
  flags.value("--sweep", sweep_, "SWEEP", "one sweep, s3 or its name (default: the whole database)");
  flags.value("--only", only_, "EXPR", "cells for which EXPR holds, as in query");
  flags.toggle("--across-env", across_env_, "times of several builds or machines side by side");
}

TableOptions SelectionFlags::options(Store& store) const {
  TableOptions options;
  if (sweep_) options.sweep = sweep_named(store, sweep_.text);
  options.filter = only_.text;
  options.across_env = across_env_;
  return options;
}

}  // namespace synthbench
