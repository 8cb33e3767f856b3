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

/// A number of a table, and over how many seeds it speaks beside how many it could.
struct CountedCell {
  TableCell* cell = nullptr;
  std::size_t seeds = 0, most = 0;
};
/// Numbers of fewer seeds than they could be of say so: "6.30 (n=1)".
void tell_fewer_seeds(const std::vector<CountedCell>& cells);

/// Those that columns name.
std::vector<std::string> metrics_of(const std::vector<TableColumn>& columns);
/// What has to be read of the cells for columns or claims of these metrics, and for the notes below them.
std::vector<std::string> metrics_to_read(const std::vector<std::string>& metrics);

/// What the columns of a table say of its rows.
class Measures {
 public:
  /// rows.times may be empty where no column shows metric "median".
  explicit Measures(const Timings& rows);

  /// The cell of a column in a row with a result.
  TableCell cell(std::size_t row, const TableColumn& column) const;
  /// A metric in each finished cell of a row that has it.
  std::vector<double> values(std::size_t row, const std::string& metric) const;
  std::size_t count(std::size_t row, const std::string& metric) const;  ///< of those values
  /// Those values as one number: the mean, or the largest.
  std::optional<double> value(std::size_t row, const TableColumn& column) const;

  /// Over how many seeds a number of a column speaks: beside vanilla, those that both have.
  std::size_t seeds(std::size_t row, const TableColumn& column) const;

  /// A value in the unit of a column.
  double scaled(double value, const TableColumn& column) const;

  /// The name and facts of what all rows are judged by; nullopt where they differ in it.
  const std::optional<Quality>& only_quality() const { return only_quality_; }
  const std::optional<Quality>& quality(std::size_t row) const { return qualities_[row]; }
  /// "median_ms" of "median_{unit}".
  std::string name(const TableColumn& column) const;

 private:
  /// A row and its vanilla row: the values of a metric at the seeds that both have; of speed cells whose work the seed does not draw
  /// at all seeds of each.
  struct Beside {
    std::vector<double> mine{}, its{};
    std::string why_not{};  ///< nothing can be compared: "vanilla", "other seeds", "other signature"
  };
  Beside beside_vanilla(std::size_t row, const TableColumn& column) const;
  TableCell against_vanilla(std::size_t row, const TableColumn& column) const;

  const Timings& rows_;
  std::vector<std::optional<Quality>> qualities_;
  std::optional<Quality> only_quality_;
  std::string time_suffix_;
  double time_unit_ = 1;  ///< seconds
};

/// A rate was above what the machine can do (held_against_peak.h).
bool is_impossible(const ConfigFacts& row, const std::string& metric);

}  // namespace synthbench
