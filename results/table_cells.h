#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "results/statistics.h"
#include "results/store.h"
#include "results/table.h"

namespace synthbench {

/// How a metric was computed: its signature, and on which split.
using Way = std::pair<std::string, std::string>;

/// What all values of a metric have in common that are computed alike.
struct MetricDefinition {
  std::string name{}, unit{}, better{}, signature{}, split{};
  int rank = 0;  ///< metric_rank.h
};

/// A final metric of an attempt; of several splits that of test, else valid; of several signatures the one that most attempts have, of
/// equals the one that sorts first.
struct FinalMetric {
  double value = 0;
  std::shared_ptr<const MetricDefinition> definition;  ///< shared, as a table may read 200,000 cells; never nullptr

  Way way() const { return {definition->signature, definition->split}; }
};

/// Metrics of one cell, by name. They are few, and cells many: a vector.
class FinalMetrics {
 public:
  /// nullptr: there is none of that name.
  const FinalMetric* find(std::string_view name) const;
  FinalMetric* find(std::string_view name) { return const_cast<FinalMetric*>(std::as_const(*this).find(name)); }
  bool contains(std::string_view name) const { return find(name) != nullptr; }
  /// Adds it, or replaces the one of its name.
  void set(FinalMetric metric);
  void erase(std::string_view name);
  void reserve(std::size_t count) { sorted_.reserve(count); }
  std::size_t size() const { return sorted_.size(); }
  auto begin() const { return sorted_.begin(); }
  auto end() const { return sorted_.end(); }

 private:
  std::vector<FinalMetric> sorted_;
};

/// One seed of a row: how it ended and what it measured.
struct CellFacts {
  std::int64_t cell = 0, attempt = 0, seed = 0, config = 0, build = 0, env = 0;  ///< attempt 0: none was made
  std::string state, reason, kernel, kernel_label, ended_at, attempt_uid;
  bool noisy = false;
  FinalMetrics metrics;
  FinalMetrics not_finite;                                    ///< metrics that are NaN or infinite: no mean counts them
  std::map<std::string, std::vector<FinalMetric>> set_aside;  ///< the same metrics as they were computed in other ways of equal rank

  /// The metric that speaks, finite or not; nullptr: the cell has none of that name.
  const FinalMetric* shown(const std::string& metric) const;
  /// In which ways the cell has a metric, with those that are set aside.
  std::set<Way> ways(const std::string& metric) const;
  /// Lets a metric speak in one of these ways, and sets aside the one that spoke.
  void show(const std::string& metric, const Way& way);
};

/// A config on one build and machine: a row of most tables.
struct ConfigFacts {
  Json config;
  std::string config_sha;
  std::int64_t params = 0, build = 0, env = 0;
  std::pair<std::int64_t, std::int64_t> planned{};  ///< the sweep of its first cell, and the cell's ordinal there
  std::vector<CellFacts> done, missing;

  std::string text(const char* key) const { return config.value(key, std::string()); }
  /// The value of a metric in each finished cell that has it.
  std::vector<double> values(const std::string& metric) const;
  /// The same by seed.
  std::map<std::int64_t, double> by_seed(const std::string& metric) const;
  /// Seeds of which a metric is NaN or infinite.
  std::set<std::int64_t> not_finite(const std::string& metric) const;
  /// How a metric was computed; several: its values are not comparable.
  std::set<std::string> signatures(const std::string& metric) const;
  /// The seed decides what is timed, and not its inputs alone: it draws the lengths of keys.
  bool seed_draws_work() const;
  std::vector<std::int64_t> attempts() const;
  /// "n/a (crashed)": the state of the first cell without a result.
  std::string absence() const;
};

/// The values of a metric at the seeds that two rows have in common.
struct CommonSeeds {
  std::vector<std::int64_t> seeds;
  std::vector<double> one, other;
  bool one_way = true;  ///< all were computed alike: other signatures cannot be compared
};
CommonSeeds at_common_seeds(const ConfigFacts& one, const ConfigFacts& other, const std::string& metric);

/// All keys of a config but its variant, and max_len, which follows from the length.
std::vector<std::string> keys_beside_variant(const Json& config);
/// The values of some keys, and where the row ran: equal texts mean that rows are equal in them.
std::string projected(const ConfigFacts& row, const std::vector<std::string>& keys);

/// Keys that belong to a row's variant (rank, mixing ...): those that its vanilla row has not.
std::vector<std::string> own_keys(const ConfigFacts& row, const ConfigFacts& vanilla);

/// "dense (rank 8, synthesizer conv3)": the rank, and what else is the variant's own and differs between the rows of a table.
std::string title_of(const ConfigFacts& row, const ConfigFacts& vanilla, const std::vector<std::string>& differing);

struct CellSet {
  std::vector<ConfigFacts> rows;  ///< in plan order
  std::vector<CellFacts> excluded;
};

/// Where cells go that a grid excludes.
enum class Exclusions : std::uint8_t {
  apart,    ///< CellSet::excluded
  missing,  ///< to the rows of their configs
};

/// The cells of some kinds that the options select. Of several results of one cell (config and seed) the latest counts.
/// apart: rows of several builds and machines stay apart, as --across-env asks; otherwise a row is a config.
CellSet read_cells(Store& store, const TableOptions& options, const std::vector<std::string>& kinds, bool apart,
                   Exclusions exclusions = Exclusions::apart);

/// Where attempts have a metric in several ways of equal rank, the way that most of those rows have speaks for it whose configs fulfil a
/// condition, of equals the text that sorts first: one that was scored anew speaks as most others of the whole table do. Numbers of rows,
/// which follow the order of merging, decide nothing.
void choose_ways(std::vector<ConfigFacts>& rows, const std::function<bool(const Json& config)>& counts = {});

/// Leaves the cells, also excluded ones, whose config fulfils a condition.
void keep_cells(Store& store, CellSet& cells, const std::function<bool(const Json& config)>& wanted);

/// The builds and machines behind the finished cells, as pairs (build_id, env_id).
std::vector<std::pair<std::int64_t, std::int64_t>> places_of(const CellSet& cells);
/// Throws UserError that names --across-env when times of several builds or machines would stand in one table.
void refuse_mixed_places(Store& store, const CellSet& cells);

/// What was timed of a finished cell: seconds per call, process by process; hot where there are hot ones, discarded ones left out.
struct CellTimes {
  std::string cache, clock;
  Launches launches;
};
/// Those of each finished cell of a row that has samples.
std::vector<CellTimes> times_of(Store& store, const ConfigFacts& row);

/// Their launches alone.
std::vector<Launches> launches_of(Store& store, const ConfigFacts& row);

/// The same of all cells of a row, whatever their seeds.
Launches processes_of(Store& store, const ConfigFacts& row);

/// For each row the index of the vanilla row that differs from it in nothing but the variant; -1 where there is none.
std::vector<std::ptrdiff_t> vanilla_rows(const std::vector<ConfigFacts>& rows);

/// A seed that depends on the row alone, so that a printed interval comes out again.
std::uint64_t bootstrap_seed(const ConfigFacts& row);

}  // namespace synthbench
