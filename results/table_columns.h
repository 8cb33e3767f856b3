#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/format.h"
#include "results/quality.h"
#include "results/table_spec.h"
#include "results/timings.h"

namespace synthbench {

TableCell number_cell(double value, int significant = 3);  ///< all digits as a value, at least `significant` as text
TableCell count_cell(std::int64_t count);                  ///< 4096 as "4,096"
TableCell interval_cell(const std::optional<Interval>& interval, int significant = 4);  ///< "[1.21, 1.30]"
TableCell nothing_cell();                                                               ///< "–": does not apply here

/// What the columns of a table say of its rows.
class Measures {
 public:
  /// rows.times may be empty where no column shows metric "median".
  explicit Measures(const Timings& rows);

  /// The cell of a column in a row with a result.
  TableCell cell(std::size_t row, const TableColumn& column) const;
  /// A metric in each finished cell of a row that has it.
  std::vector<double> values(std::size_t row, const std::string& metric) const;
  /// Those values as one number: the mean, or the largest.
  std::optional<double> value(std::size_t row, const TableColumn& column) const;

  /// A value in the unit of a column.
  double scaled(double value, const TableColumn& column) const;

  /// The name and facts of what all rows are judged by; nullopt where they differ in it.
  const std::optional<Quality>& only_quality() const { return only_quality_; }
  const std::optional<Quality>& quality(std::size_t row) const { return qualities_[row]; }
  /// "median_ms" of "median_{unit}".
  std::string name(const TableColumn& column) const;

 private:
  TableCell against_vanilla(std::size_t row, const TableColumn& column) const;

  const Timings& rows_;
  std::vector<std::optional<Quality>> qualities_;
  std::optional<Quality> only_quality_;
  std::string time_suffix_;
  double time_unit_ = 1;  ///< seconds
};

/// A rate is stored as NaN where it was above what the machine can do.
bool is_impossible(const ConfigFacts& row, const std::string& metric);

}  // namespace synthbench
