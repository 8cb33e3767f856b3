#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "results/table_cells.h"
#include "results/table_spec.h"

namespace synthbench {

/// Pairs of one scale: what they trained on, how much, how long.
struct Trial {
  /// Two configs that differ in the sides of a claim alone: logarithms of a over b at the seeds that both have.
  struct Pair {
    const ConfigFacts *a = nullptr, *b = nullptr;
    std::vector<std::int64_t> seeds{};  ///< ascending
    std::vector<double> logs{};         ///< at each of them
  };

  std::string scale{};
  std::vector<Pair> pairs{};
  std::size_t otherwise = 0;  ///< pairs whose sides were computed in several ways
};

/// Finds the trials of one claim after the other. Those of all at once may be millions of pairs.
void for_each_claim(const std::vector<ConfigFacts>& rows, const std::vector<TableClaim>& claims,
                    const std::function<void(const TableClaim& claim, const std::vector<Trial>& trials)>& visit);

}  // namespace synthbench
