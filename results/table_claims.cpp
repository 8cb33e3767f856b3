// Claims of the paper beside what the database says: each pair of configs that differ in the claim's two sides alone is a trial.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/compare_times.h"
#include "results/significance.h"
#include "results/table_columns.h"
#include "results/table_notes.h"
#include "results/table_shapes.h"

namespace synthbench {
namespace {

/// Pairs of one scale: what they trained on, how much, how long.
struct Trial {
  std::string scale{};
  std::map<std::int64_t, std::vector<double>> by_seed{};  ///< logarithms of a over b, of each pair
  std::optional<TimesRatio> times{};                      ///< of one pair of timings
  std::size_t pairs = 0;
  std::set<std::int64_t> attempts{};

  /// Pairs of one seed share its data and often a side: each seed speaks once.
  std::vector<double> logs() const {
    std::vector<double> out;
    for (const auto& [seed, logs] : by_seed) out.push_back(mean(logs));
    return out;
  }
};

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

std::string scale_of(const ConfigFacts& config) {
  std::vector<std::string> words;
  for (const char* key : {"task", "data.name", "model.preset", "seq_len", "train.steps", "backend"}) {
    if (!config.config.contains(key)) continue;
    const bool named = std::string_view(key) == "seq_len" || std::string_view(key) == "train.steps";
    words.push_back((named ? std::string(key) + " " : "") + text_of(config.config.at(key)));
  }
  return join(words);
}

/// The right sides of a claim. Keys that belong to a variant differ between variants; all others have to be equal.
class RightSides {
 public:
  void add(const ConfigFacts& row) { by_keys_[keys_beside_variant(row.config)].push_back(&row); }
  bool empty() const { return by_keys_.empty(); }

  std::vector<const ConfigFacts*> beside(const ConfigFacts& left) {
    const Keys mine = keys_beside_variant(left.config);
    std::vector<const ConfigFacts*> out;
    for (const auto& [keys, rows] : by_keys_) {
      const auto [place, is_new] = indexes_.try_emplace({mine, keys});
      Index& index = place->second;
      if (is_new) {
        std::ranges::set_intersection(mine, keys, std::back_inserter(index.shared));  // JSON's keys are sorted
        for (const ConfigFacts* row : rows) index.rows[projected(*row, index.shared)].push_back(row);
      }
      const auto found = index.rows.find(projected(left, index.shared));
      if (found != index.rows.end()) std::ranges::copy(found->second, std::back_inserter(out));
    }
    return out;
  }

 private:
  using Keys = std::vector<std::string>;
  struct Index {
    Keys shared{};
    std::map<std::string, std::vector<const ConfigFacts*>> rows{};
  };
  std::map<Keys, std::vector<const ConfigFacts*>> by_keys_;
  std::map<std::pair<Keys, Keys>, Index> indexes_;
};

std::string metric_of(const TableClaim& claim, const ConfigFacts& row) {
  const auto quality = claim.metric == "quality" ? quality_of(row) : std::nullopt;
  return quality ? quality->metric : claim.metric;
}

/// False where the two cannot be compared.
bool add_pair(Store& store, const TableClaim& claim, const ConfigFacts& a, const ConfigFacts& b, Trial& to) {
  const std::string metric = metric_of(claim, a);
  if (a.signatures(metric) != b.signatures(metric)) return false;
  const auto of_a = a.by_seed(metric), of_b = b.by_seed(metric);
  bool any = false;
  for (const auto& [seed, value] : of_a) {
    const auto other = of_b.find(seed);
    if (other == of_b.end() || value <= 0 || other->second <= 0) continue;
    to.by_seed[seed].push_back(std::log(value / other->second));
    any = true;
  }
  if (!any) return false;
  for (const ConfigFacts* side : {&a, &b}) {
    for (const std::int64_t attempt : side->attempts()) to.attempts.insert(attempt);
  }
  to.times.reset();  // of several pairs the spread over seeds is what counts
  if (++to.pairs > 1 || claim.metric != "median") return true;
  const Launches left = processes_of(store, a), right = processes_of(store, b);
  if (!left.empty() && !right.empty()) to.times = ratio_of_times(right, left, DifferenceTest::t);
  return true;
}

std::vector<Trial> trials_of(Store& store, const std::vector<ConfigFacts>& rows, const TableClaim& claim) {
  const auto is_on = [&](const std::optional<Filter>& side, const ConfigFacts& row) {
    return holds(side, row.config) && holds(claim.where, row.config) && !row.values(metric_of(claim, row)).empty();
  };
  RightSides right;
  for (const ConfigFacts& row : rows) {
    if (is_on(claim.b, row)) right.add(row);
  }
  std::vector<Trial> out;
  std::map<std::string, std::size_t> known;  // by scale
  for (const ConfigFacts& a : rows) {
    if (right.empty() || !is_on(claim.a, a)) continue;
    for (const ConfigFacts* b : right.beside(a)) {
      const auto [place, is_new] = known.try_emplace(scale_of(a), out.size());
      if (is_new) out.push_back({.scale = place->first});
      add_pair(store, claim, a, *b, out[place->second]);
    }
  }
  std::erase_if(out, [](const Trial& trial) { return trial.pairs == 0; });
  return out;
}

/// "holds" and "does not hold" need an interval on one side of 1, or of what counts as comparable.
std::string verdict(const TableClaim& claim, double ratio, const std::optional<Interval>& interval) {
  const double most = 1 + claim.within;
  const bool right_way = claim.within > 0 ? within({ratio, ratio}, claim.within) : claim.better == "higher" ? ratio > 1 : ratio < 1;
  if (!interval) return right_way ? "points that way" : "points the other way";
  if (claim.within > 0 && within(*interval, claim.within)) return "holds";
  const bool across = claim.within > 0 ? interval->lo <= most && interval->hi >= 1 / most : interval->lo <= 1 && interval->hi >= 1;
  if (across) return "open";
  return right_way ? "holds" : "does not hold";
}

TableCell published_cell(const TableClaim& claim) { return claim.published > 0 ? TableCell{.value = claim.published} : nothing_cell(); }

/// A claim may hold at another size than what was published.
TableCell inside_cell(const TableClaim& claim, const std::optional<Interval>& interval) {
  if (claim.published <= 0 || !interval) return nothing_cell();
  return {.value = interval->lo <= claim.published && claim.published <= interval->hi ? "yes" : "no"};
}

std::vector<TableCell> line_of(const TableClaim& claim, const Trial& trial) {
  const std::vector<double> logs = trial.logs();
  const double ratio = trial.times ? trial.times->value : std::exp(mean(logs));
  auto interval = trial.times ? trial.times->interval : t_interval(logs);
  if (interval && !trial.times) interval = Interval{std::exp(interval->lo), std::exp(interval->hi)};
  std::vector<TableCell> line = {
      {.value = claim.text},      {.value = claim.metric},      published_cell(claim),  number_cell(ratio, 4),
      interval_cell(interval, 4), inside_cell(claim, interval), {.value = logs.size()}, {.value = verdict(claim, ratio, interval)},
      {.value = trial.scale}};
  for (TableCell& cell : line) cell.attempts.assign(trial.attempts.begin(), trial.attempts.end());
  return line;
}

std::vector<TableCell> line_not_tried(const TableClaim& claim) {
  return {{.value = claim.text}, {.value = claim.metric}, published_cell(claim), {.value = "n/a (not run)"}, nothing_cell(), nothing_cell(),
          {.value = 0},          {.value = "not tried"},  nothing_cell()};
}

std::vector<std::string> metrics_of(const TableSpec& spec) {
  std::vector<std::string> out;
  for (const TableClaim& claim : spec.claims) out.push_back(claim.metric);
  return metrics_to_read(out);
}

}  // namespace

Table table_of_claims(Store& store, const TableSpec& spec, const TableOptions& options) {
  TableOptions apart = options;
  apart.across_env = true;  // pairs are of one build and machine
  apart.metrics = metrics_of(spec);
  const Timings rows = read_rows(store, apart, spec.kinds, false);
  Table table{.caption = spec.caption,
              .columns = {"claim", "metric", "published", "ours", "interval", "published_inside", "n", "verdict", "scale"},
              .rows = {},
              .notes = {}};
  std::size_t tried = 0;
  for (const TableClaim& claim : spec.claims) {
    const std::vector<Trial> trials = trials_of(store, rows.cells.rows, claim);
    for (const Trial& trial : trials) table.rows.push_back(line_of(claim, trial));
    tried += trials.size();
    if (trials.empty()) table.rows.push_back(line_not_tried(claim));
    table.notes.push_back(claim.text + ": " + claim.source);
  }
  if (tried == 0) throw NothingDone("no cells for this table: " + spec.caption + " (no two configs differ in the sides of a claim alone)");
  std::vector<std::string> below = notes_under(store, rows.cells, rows.axes);
  table.notes.insert(table.notes.begin(), below.begin(), below.end());
  table.notes.emplace_back("published and ours: the first side over the second; pairs are equal in all other keys, build and machine");
  table.notes.emplace_back("published_inside: whether our interval holds what was published; a claim may hold at another size");
  table.notes.emplace_back(
      "intervals: 95 %, by Student's t over n seeds, each the geometric mean of its pairs of configs; one pair of timings: over its "
      "processes (Yuen)");
  table.notes.emplace_back(
      "holds, does not hold: the interval lies on one side of 1; open: it does not; at the scale that is named, no other");
  table.notes.emplace_back("within a share: holds where the whole interval lies within it, does not hold where none of it does");
  for (const std::string& note : spec.notes) table.notes.push_back(note);
  return table;
}

}  // namespace synthbench
