#pragma once

#include <string>
#include <vector>

namespace synthbench {

/// A statistic computed here beside its known answer.
struct StatisticVector {
  std::string name, source;  ///< source: where the answer is from
  double value = 0, expected = 0, tolerance = 0;
  bool passed() const;
};

/// Every statistic behind tables and verdicts, on data with published or countable answers.
std::vector<StatisticVector> statistic_vectors();

}  // namespace synthbench
