// Claims of the paper beside what the database says: each pair of configs that differ in the claim's two sides alone is a trial.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

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
  std::string scale;
  std::vector<double> logs;  ///< of a over b, by pair and seed
  std::optional<TimesRatio> times;
  std::vector<std::int64_t> attempts;
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

/// Keys that belong to a variant differ between variants; all others have to be equal.
bool pair_up(const ConfigFacts& a, const ConfigFacts& b) {
  if (a.build != b.build || a.env != b.env) return false;
  for (const auto& [key, value] : a.config.items()) {
    if (key == "variant" || key == "max_len" || !b.config.contains(key)) continue;
    if (b.config.at(key) != value) return false;
  }
  return true;
}

std::vector<Trial> trials_of(Store& store, const std::vector<ConfigFacts>& rows, const TableClaim& claim) {
  std::vector<Trial> out;
  const auto metric_of = [&](const ConfigFacts& row) {
    const auto quality = claim.metric == "quality" ? quality_of(row) : std::nullopt;
    return quality ? quality->metric : claim.metric;
  };
  const auto side = [&](const std::optional<Filter>& filter, const ConfigFacts& row) {
    return holds(claim.where, row.config) && holds(filter, row.config) && !row.values(metric_of(row)).empty();
  };
  std::vector<const ConfigFacts*> right_side;
  for (const ConfigFacts& b : rows) {
    if (side(claim.b, b)) right_side.push_back(&b);
  }
  for (const ConfigFacts& a : rows) {
    if (right_side.empty() || !side(claim.a, a)) continue;
    for (const ConfigFacts* other_side : right_side) {
      const ConfigFacts& b = *other_side;
      const bool alike = a.signatures(metric_of(a)) == b.signatures(metric_of(a));
      if (!alike || !pair_up(a, b)) continue;
      Trial trial{scale_of(a), {}, {}, a.attempts()};
      std::ranges::copy(b.attempts(), std::back_inserter(trial.attempts));
      const auto of_a = a.by_seed(metric_of(a)), of_b = b.by_seed(metric_of(a));
      for (const auto& [seed, value] : of_a) {
        const auto other = of_b.find(seed);
        if (other != of_b.end() && value > 0 && other->second > 0) trial.logs.push_back(std::log(value / other->second));
      }
      if (claim.metric == "median") {
        const Launches left = processes_of(store, a), right = processes_of(store, b);
        if (!left.empty() && !right.empty()) trial.times = ratio_of_times(right, left, DifferenceTest::t);
      }
      const auto known = std::ranges::find(out, trial.scale, &Trial::scale);
      if (known == out.end()) {
        out.push_back(std::move(trial));
      } else {
        std::ranges::copy(trial.logs, std::back_inserter(known->logs));
        std::ranges::copy(trial.attempts, std::back_inserter(known->attempts));
        known->times.reset();  // several pairs: the spread over them is what counts
      }
    }
  }
  std::erase_if(out, [](const Trial& trial) { return trial.logs.empty(); });
  return out;
}

/// "holds" and "does not hold" need an interval on one side of 1.
std::string verdict(double ratio, const std::optional<Interval>& interval, const std::string& better) {
  const bool right_way = better == "higher" ? ratio > 1 : ratio < 1;
  if (!interval) return right_way ? "points that way" : "points the other way";
  if (interval->lo <= 1 && interval->hi >= 1) return "open";
  return right_way ? "holds" : "does not hold";
}

std::vector<TableCell> line_of(const TableClaim& claim, const Trial& trial) {
  const double ratio = trial.times ? trial.times->value : std::exp(mean(trial.logs));
  auto interval = trial.times ? trial.times->interval : t_interval(trial.logs);
  if (interval && !trial.times) interval = Interval{std::exp(interval->lo), std::exp(interval->hi)};
  std::vector<TableCell> line = {{.value = claim.text},
                                 {.value = claim.metric},
                                 claim.published > 0 ? TableCell{.value = claim.published} : nothing_cell(),
                                 number_cell(ratio, 4),
                                 interval_cell(interval, 4),
                                 {.value = trial.logs.size()},
                                 {.value = verdict(ratio, interval, claim.better)},
                                 {.value = trial.scale}};
  for (TableCell& cell : line) cell.attempts = trial.attempts;
  return line;
}

}  // namespace

Table table_of_claims(Store& store, const TableSpec& spec, const TableOptions& options) {
  TableOptions apart = options;
  apart.across_env = true;  // pairs are of one build and machine
  const Timings rows = read_rows(store, apart, spec.kinds, false);
  Table table{.caption = spec.caption,
              .columns = {"claim", "metric", "published", "ours", "interval", "n", "verdict", "scale"},
              .rows = {},
              .notes = {}};
  std::size_t tried = 0;
  for (const TableClaim& claim : spec.claims) {
    const std::vector<Trial> trials = trials_of(store, rows.cells.rows, claim);
    for (const Trial& trial : trials) table.rows.push_back(line_of(claim, trial));
    tried += trials.size();
    if (trials.empty()) {
      table.rows.push_back({{.value = claim.text},
                            {.value = claim.metric},
                            claim.published > 0 ? TableCell{.value = claim.published} : nothing_cell(),
                            {.value = "n/a (not run)"},
                            nothing_cell(),
                            {.value = 0},
                            {.value = "not tried"},
                            nothing_cell()});
    }
    table.notes.push_back(claim.text + ": " + claim.source);
  }
  if (tried == 0) throw NothingDone("no cells for this table: " + spec.caption + " (no two configs differ in the sides of a claim alone)");
  std::vector<std::string> below = notes_under(store, rows.cells, rows.axes);
  table.notes.insert(table.notes.begin(), below.begin(), below.end());
  table.notes.emplace_back("published and ours: the first side over the second; pairs are equal in all other keys, build and machine");
  table.notes.emplace_back(
      "intervals: 95 %, over n pairs of configs and seeds by Student's t; one pair of timings: over its processes (Yuen)");
  table.notes.emplace_back(
      "holds, does not hold: the interval lies on one side of 1; open: it does not; at the scale that is named, no other");
  for (const std::string& note : spec.notes) table.notes.push_back(note);
  return table;
}

}  // namespace synthbench
