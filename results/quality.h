#pragma once

#include <optional>
#include <string>

#include "results/table_cells.h"

namespace synthbench {

/// What a training is judged by: the name of its main metric, and its values over seeds.
struct Quality {
  std::string metric, unit, better, split;
  std::vector<double> values;         ///< empty where none is finite
  std::set<std::int64_t> not_finite;  ///< seeds of which it is NaN or infinite: worse than any value
};
/// The first metric that the finished cells of a row have, of those that its data set, its task, or any task is judged by.
std::optional<Quality> quality_of(const ConfigFacts& row);
/// The metric itself, from the first cell that has it; nullptr where none has. Valid while the row's cells stay as they are.
const FinalMetric* judge_of(const ConfigFacts& row);

/// Every metric that quality_of may choose.
std::vector<std::string> quality_metrics();

}  // namespace synthbench
