#pragma once

#include <string>
#include <vector>

#include "harness/plan.h"
#include "harness/supervisor.h"

namespace synthbench {

/// A table that grows by a row with each cell that ends, as llama-bench prints it: what tells the cells apart, time, rate.
class RunningTable {
 public:
  explicit RunningTable(const Plan& plan);

  /// Two lines: names and rule.
  std::string header() const;
  /// "|  3/12 | vanilla | eigen | 512 | 1.23 ms | 1.1 % | 55.6 | 69.4 |"; of a cell without a result its state and reason instead.
  std::string row(const CellNews& news) const;

 private:
  struct Column {
    std::string name;
    std::size_t width = 0;
    bool right = true;  ///< numbers
  };
  std::vector<std::string> keys_;  ///< of the config; "seed" is the cell's own
  std::vector<Column> columns_;
};

}  // namespace synthbench
