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
  /// Throws UserError that names the flag where one was given: `what` chooses by itself.
  void refuse_for(const std::string& what) const;

 private:
  FlagValue sweep_, only_;
  bool across_env_ = false;
};

}  // namespace synthbench
