#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/format.h"
#include "results/table_cells.h"

namespace synthbench {

/// A row that is compared with others, and its cell of the table.
struct Contender {
  const ConfigFacts* row = nullptr;
  TableCell* cell = nullptr;
};

/// Marks the best and the second best of groups of rows: the best where it is better than the next, the second where it is
/// better than the one after it, both at 5 % after Holm over all groups of the table. Rows are ordered by their means, and what is
/// tested has to say the same. Times are compared process by process and have to clear the noise floor; metrics by seed, where two
/// rows share at least two seeds and one of them has no other, else by Welch's test of all seeds. A group of one has no best.
class Marks {
 public:
  explicit Marks(Store& store) : store_(store) {}
  /// metric: "quality" is each row's own. better: "higher", "lower"; empty: as the metric says.
  void compare(std::vector<Contender> group, const std::string& metric, const std::string& better);
  /// Sets the marks, once every group was compared.
  void set();
  /// What the marks mean; nullopt where nothing could be compared.
  std::optional<std::string> note() const;

 private:
  struct Comparison {
    std::size_t group;
    TableCell* cell;
    Mark mark;
    double p;
    bool clear;  ///< what was tested says the same as the means, of times beyond the noise floor
  };
  Store& store_;
  std::vector<Comparison> comparisons_;
  std::size_t groups_ = 0, alone_ = 0;  ///< alone: groups in which one seed or one process speaks for a row
};

}  // namespace synthbench
