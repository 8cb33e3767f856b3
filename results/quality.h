#pragma once

#include <optional>
#include <string>

#include "results/table_cells.h"

namespace synthbench {

/// What a training is judged by: the name of its main metric, and its values over seeds.
struct Quality {
  std::string metric, unit, better, split;
  std::vector<double> values;
};
/// The first of ppl, bleu, rougeL, accuracy ... that the finished cells of a row have.
std::optional<Quality> quality_of(const ConfigFacts& row);

}  // namespace synthbench
