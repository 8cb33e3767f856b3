#pragma once

#include "harness/cli/flags.h"
#include "results/table.h"

namespace synthbench {

/// --sweep, --only, --across-env: which cells a table, a figure or a report speaks of.
class SelectionFlags {
 public:
  void declare(FlagSet& flags);
  /// Throws UserError for a sweep that is not there.
  TableOptions options(Store& store) const;
  /// Throws UserError that names the flag where the command line gave one: `what` chooses by itself. What environment and user config
  /// say is meant for other calls too.
  void refuse_for(const std::string& what) const;

 private:
  FlagValue sweep_, only_;
  bool across_env_ = false;
  SaidBy across_env_by_ = SaidBy::flag;
};

}  // namespace synthbench
