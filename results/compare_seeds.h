#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "results/table_cells.h"

namespace synthbench {

/// Two rows over the seeds that both have finished: a seed decides inputs (data, lengths of keys), so that all seeds of one side and
/// some of the other are not alike.
struct SharedSeeds {
  ConfigFacts a, b;       ///< with the cells of those seeds as `done`; with all of them where no seed is shared
  std::size_t count = 0;  ///< of shared seeds
  std::string left_out;   ///< "B: seed 2 crashed: SIGSEGV; A has no seed 7"; empty: nothing
};
SharedSeeds shared_seeds(const ConfigFacts& a, const ConfigFacts& b);

/// A row with the cells of some seeds as `done`.
ConfigFacts at_seeds(ConfigFacts row, const std::set<std::int64_t>& seeds);

/// Two rows with the cells whose times may be compared: all of them, but where the seed draws the work those of the seeds that both
/// have finished, maybe none.
std::pair<ConfigFacts, ConfigFacts> of_equal_work(const ConfigFacts& a, const ConfigFacts& b);

/// How the cells of a side ended that have no result: "B: seed 0 crashed: SIGSEGV; seed 1 excluded: too long", "B is crashed: SIGSEGV"
/// where that is all of them; empty: there are none.
std::string absence_words(const char* side, const ConfigFacts& row);

/// "0, 1, 5": the finished seeds of a row.
std::string seed_list(const ConfigFacts& row);

/// Every cell of a row was excluded by the grid.
bool is_left_out(const ConfigFacts& row);

}  // namespace synthbench
