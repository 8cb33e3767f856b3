#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/base/filter.h"
#include "harness/base/json.h"
#include "harness/base/source_line.h"

namespace synthbench {

/// [[column]]: something measured, and how it is shown.
struct TableColumn {
  enum class Show : std::uint8_t {
    value,           ///< of the seeds together; of median: the mean of the cells' medians
    sd,              ///< over seeds
    interval,        ///< of median alone: 95 %, over processes, then samples
    ratio,           ///< over that of vanilla with all other axes equal
    ratio_interval,  ///< of median alone
    difference,      ///< minus that of vanilla
    change,          ///< from vanilla's, in per cent
    count,           ///< seeds with a result; with a metric: that have it
    name,            ///< of the metric
    kernel,          ///< that ran
  };
  enum class Appear : std::uint8_t { always, somewhere, differs };  ///< somewhere: some row has it; differs: rows differ in it

  std::string name;        ///< "{unit}" and "{metric}" stand for what the data says
  std::string metric{};    ///< as stored; "quality": what the task is judged by; "parameters" of what ran, else as planned
  std::string unit = "1";  ///< 1 time MiB M G T percent
  std::string better{};    ///< higher or lower; empty: as the metric says
  std::string format = "{mean}";
  std::string note{};
  std::string published{};  ///< the data set that published values are of: no difference is made from other data
  Show show = Show::value;
  Appear appear = Appear::always;
  int digits = 3;
  bool largest = false;           ///< of the seeds, in place of their mean
  bool one_place = false;         ///< left out where it would mix builds or machines
  bool best = false;              ///< best and second best are marked where they are significant
  std::optional<Filter> where{};  ///< of a table with rows: cells that the column speaks of
};

/// [[row]]: the cells that a line speaks of. A row without `where` is what no cell can be: published values alone.
struct TableRow {
  std::string label;
  std::optional<Filter> where{};
  std::vector<std::pair<std::string, std::string>> says{};  ///< texts of the columns that are nothing measured
};

/// [[claim]]: a is better than b in a metric, or as good within a share of it, all other keys being equal.
struct TableClaim {
  std::string text, metric, better, source;
  std::optional<Filter> a, b, where;
  double published = 0;  ///< a over b; 0: no number was published
  double within = 0;     ///< > 0: a and b are comparable, a over b lies between 1 / (1 + within) and 1 + within
};

/// A table as its file declares it (docs/tables.md has the keys).
struct TableSpec {
  enum class Shape : std::uint8_t {
    configs,  ///< a line for each config; the keys in which they differ are columns
    rows,     ///< lines and columns are declared, and say which cells they speak of
    effects,  ///< main effects and two-way interactions of the axes
    front,    ///< configs that no other one beats in both of two metrics
    growth,   ///< how a time grows with an axis
    claims,
  };
  std::string caption, first_column;
  Shape shape = Shape::configs;
  std::vector<std::string> kinds;
  std::optional<Filter> where{};
  std::vector<TableColumn> columns{};
  std::vector<TableRow> rows{};
  std::vector<TableClaim> claims{};
  std::vector<std::string> notes{};
  std::string paper{}, published{};  ///< where published values come from: a paper, and its table
  bool one_place = false;            ///< refused where it would mix builds or machines
  bool growth = false;               ///< a note on how times grow with the length
  bool count_models = false;         ///< lines for the unigram and bigram models of the texts
};

/// Reads a table file. keys: what filters may name; empty: any word. Throws UserError with file and line.
TableSpec parse_table(std::string_view text, const std::string& path, const std::vector<std::string>& keys);

/// Whether a config fulfils a filter over its keys.
bool holds(const std::optional<Filter>& filter, const Json& config);

/// A file that is compiled in.
struct ShippedText {
  const char* name;
  const char* text;
};
const std::vector<ShippedText>& shipped_tables();  ///< results/tables/*.toml
const std::vector<ShippedText>& shipped_papers();  ///< results/paper/*.csv

}  // namespace synthbench
