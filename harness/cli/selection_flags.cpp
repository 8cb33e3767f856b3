#include "harness/cli/selection_flags.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/sweep_named.h"

namespace synthbench {

void SelectionFlags::declare(FlagSet& flags) {
  flags.value("--sweep", sweep_, "SWEEP", "one sweep, s3 or its name (default: the whole database)");
  flags.value("--only", only_, "EXPR", "cells for which EXPR holds, as in query");
  flags.toggle("--across-env", across_env_, "times of several builds or machines side by side", &across_env_by_);
}

TableOptions SelectionFlags::options(Store& store) const {
  TableOptions options;
  if (sweep_) options.sweep = sweep_named(store, sweep_.text);
  options.filter = only_.text;
  options.across_env = across_env_;
  if (sweep_) options.typed += " --sweep " + shell_word(sweep_.text);
  if (only_) options.typed += " --only " + shell_word(only_.text);
  if (across_env_) options.typed += " --across-env";
  return options;
}

void SelectionFlags::refuse_for(const std::string& what) const {
  for (const FlagValue* flag : {&sweep_, &only_}) {
    if (*flag && flag->by == SaidBy::flag) throw UserError(fmt::format("{}: {} chooses by itself", flag->where, what));
  }
  if (across_env_ && across_env_by_ == SaidBy::flag) throw UserError(fmt::format("--across-env: {} chooses by itself", what));
}

}  // namespace synthbench
