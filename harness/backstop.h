#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ablations/config.h"

namespace synthbench {

/// Spares cells that can only run out of memory as well: equal to one that did in everything but a seq_len and batch that are
/// both at least as large. Rests on observed failures alone, never on an estimate.
class Backstop {
 public:
  void add(const Config& config, std::int64_t cell_id);
  bool empty() const { return observed_.empty(); }
  /// "backstop: cell 12" for a cell that an earlier one speaks for.
  std::optional<std::string> reason(const Config& config) const;
  /// That earlier cell.
  std::optional<std::int64_t> cell_for(const Config& config) const;

 private:
  struct Observed {
    std::int64_t seq_len = 0, batch = 0, cell_id = 0;
  };
  std::map<std::string, std::vector<Observed>> observed_;  ///< by the rest of the config
};

}  // namespace synthbench
