#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "results/table_cells.h"

namespace synthbench {

/// Trainings by their variant and by what belongs to it, so that a timed row finds its own among thousands.
class VariantIndex {
 public:
  /// number: what `of` answers with. The row has to stay where it is.
  void add(const ConfigFacts& trained, std::size_t number);
  /// Those of the variant that was timed: equal too in those of the variant's own keys (own_keys) that both have. Sorted.
  std::vector<std::size_t> of(const ConfigFacts& timed, const std::vector<std::string>& own);

 private:
  using Keys = std::vector<std::string>;
  /// By the own keys that trainings have, and their values there.
  using ByValues = std::map<Keys, std::map<std::string, std::vector<std::size_t>>>;
  std::map<std::string, std::vector<std::pair<const ConfigFacts*, std::size_t>>> by_variant_;
  std::map<std::pair<std::string, Keys>, ByValues> made_;  ///< by variant and own keys, when they are first asked for
};

}  // namespace synthbench
