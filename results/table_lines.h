#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "results/table_axes.h"
#include "results/table_spec.h"

namespace synthbench {

/// The declared rows and columns that speak of a config.
std::vector<std::pair<const TableRow*, const TableColumn*>> places_of(const TableSpec& spec, const Json& config);

/// A line: a declared row, and what tells its configs apart: the values of some keys, and where they ran.
struct Line {
  const TableRow* row = nullptr;
  std::vector<Json> loose{};
  std::int64_t build = 0, env = 0;  ///< 0: rows of several builds and machines are not kept apart, or nothing ran
  std::map<const TableColumn*, std::size_t> configs{};
};

/// Which config stands in which line and column of a table whose rows are declared. Configs that differ in more than rows and columns
/// say have lines of their own: what they differ in are the loose keys.
class Lines {
 public:
  /// number_of: what a config shows in a column. A key that changes no number (the backend, of a count of parameters) is not loose.
  Lines(const TableSpec& spec, const TableAxes& axes, const std::vector<ConfigFacts>& configs,
        const std::function<std::string(std::size_t config, const TableColumn& column)>& number_of);

  const std::vector<Line>& all() const { return lines_; }
  const std::vector<std::string>& loose_keys() const { return loose_; }
  /// Lines are compared where this is equal: their loose keys; those that some config lacks (rank ...) belong to its variant.
  std::string compared_with(const Line& line) const;

 private:
  struct Mentioned {
    std::size_t config = 0;
    std::vector<const TableColumn*> columns{};
  };
  void find_loose_keys(const TableAxes& axes);
  void make_lines();
  bool is_idle(std::size_t key, const std::function<const std::string&(std::size_t config, const TableColumn& column)>& number_of) const;

  const std::vector<ConfigFacts>& configs_;
  std::vector<std::pair<const TableRow*, std::vector<Mentioned>>> mentioned_;  ///< by declared row
  std::vector<std::string> loose_;
  std::vector<bool> everywhere_;  ///< of the loose keys: every config has it
  std::vector<Line> lines_;
};

}  // namespace synthbench
