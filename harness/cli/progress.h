#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "harness/cli/flags.h"
#include "harness/cli/running_table.h"
#include "harness/supervisor.h"

namespace synthbench {

/// How a run talks while it works: one line per finished cell, or on a terminal one line that is rewritten.
class ProgressFlags {
 public:
  void declare(FlagSet& flags);
  /// second_format: -oe has stderr. table: cells that ended are rows of it; null: lines.
  RunEvents events(bool second_format, std::shared_ptr<const RunningTable> table = nullptr) const;
  bool quiet() const { return quiet_; }
  /// Refuses unknown words before any work is done.
  void check() const;

 private:
  FlagValue progress_, color_;
  bool quiet_ = false, verbose_ = false;
};

/// "vanilla eigen 512 seed 0": what tells a cell from its neighbours.
std::string cell_label(const Config& config, std::int64_t seed);

/// "12/72 done vanilla eigen 512 seed 0 1.23 ms"
std::string progress_line(const CellNews& news);

}  // namespace synthbench
