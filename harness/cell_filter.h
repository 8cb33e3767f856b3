#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "ablations/expansion.h"
#include "harness/base/filter.h"

namespace synthbench {

/// A filter over the resolved keys of cells. Each test looks at one key, and its answer is remembered per value: a plan of a
/// million cells asks a handful of questions.
class CellFilter {
 public:
  /// flag: "--only", named in errors. Aliases of variants are understood: variant = 'R+V'.
  CellFilter(const std::string& expression, const std::string& flag);
  Truth truth(const Expansion& expansion, const Point& resolved) const;

 private:
  struct Leaf {
    std::size_t key = 0;
    mutable std::unordered_map<Slot, Truth> answers;
    Truth absent = Truth::unknown;
  };
  Filter filter_;
  std::unordered_map<const Filter*, Leaf> leaves_;  ///< by address within filter_, which never changes again
};

/// "2/3" -> {2, 3}; "slurm" reads SLURM_ARRAY_TASK_ID, _MIN, _MAX and _COUNT. by: who says so, named in errors.
struct Shard {
  std::uint64_t index = 1, count = 1;
};
Shard parse_shard(const std::string& text, const std::string& by = "--shard");

}  // namespace synthbench
