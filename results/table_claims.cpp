// Claims of the paper beside what the database says: each pair of configs that differ in the claim's two sides alone is a trial.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/compare_seeds.h"
#include "results/compare_times.h"
#include "results/significance.h"
#include "results/table_columns.h"
#include "results/table_notes.h"
#include "results/table_shapes.h"
#include "results/table_trials.h"

namespace synthbench {
namespace {

/// What the pairs of a trial say together.
struct Evidence {
  std::vector<double> logs{};            ///< by seed: pairs of one seed share its data and often a side, so each seed speaks once
  std::optional<TimesRatio> times{};     ///< of one pair of timings
  std::vector<std::int64_t> attempts{};  ///< ascending, each once
  std::string left_out{};                ///< pairs and seeds that are in no mean; empty: none are
};

/// Means of other pairs at each seed would be means of other things: the same pairs speak at all seeds. Of those choices the one that
/// leaves most values, then most seeds.
std::vector<std::int64_t> seeds_of_most(const std::vector<Trial::Pair>& pairs) {
  if (pairs.size() == 1) return pairs.front().seeds;
  std::map<std::vector<std::int64_t>, std::size_t> known;
  for (const Trial::Pair& pair : pairs) ++known[pair.seeds];
  std::pair<std::size_t, std::size_t> most(0, 0);
  std::vector<std::int64_t> best;
  for (const auto& [seeds, count] : known) {
    std::size_t with_all = 0;
    for (const auto& [others, times] : known) with_all += std::ranges::includes(others, seeds) ? times : 0;
    const std::pair here(with_all * seeds.size(), seeds.size());
    if (here <= most) continue;
    most = here;
    best = seeds;
  }
  return best;
}

/// "1 of 2 pairs at 3 of 3 seeds are averaged, ..."; empty: all are.
std::string left_out_of(const Trial& trial, std::size_t used, std::size_t seeds) {
  std::set<std::int64_t> all;
  for (const Trial::Pair& pair : trial.pairs) all.insert(pair.seeds.begin(), pair.seeds.end());
  std::vector<std::string> parts;
  if (used < trial.pairs.size() || seeds < all.size()) {
    parts.push_back(fmt::format("{} of {} pairs at {} of {} seeds are averaged, so that the same pairs speak at each seed", used,
                                trial.pairs.size(), seeds, all.size()));
  }
  if (trial.otherwise > 0) {
    parts.push_back(fmt::format("left out: {} of {} pairs, whose sides were computed in several ways", trial.otherwise,
                                trial.pairs.size() + trial.otherwise));
  }
  return join(parts, "; ");
}

Evidence evidence_of(Store& store, const TableClaim& claim, const Trial& trial) {
  const std::vector<std::int64_t> seeds = seeds_of_most(trial.pairs);
  std::size_t used = 0;
  Evidence out;
  out.logs.resize(seeds.size());
  for (const Trial::Pair& pair : trial.pairs) {
    if (!std::ranges::includes(pair.seeds, seeds)) continue;
    ++used;
    for (std::size_t i = 0, at = 0; at < seeds.size(); ++i) {
      if (pair.seeds[i] == seeds[at]) out.logs[at++] += pair.logs[i];
    }
    for (const ConfigFacts* side : {pair.a, pair.b}) {
      for (const CellFacts& cell : side->done) {
        if (std::ranges::binary_search(seeds, cell.seed)) out.attempts.push_back(cell.attempt);
      }
    }
  }
  for (double& log : out.logs) log /= static_cast<double>(used);
  std::ranges::sort(out.attempts);
  out.attempts.erase(std::unique(out.attempts.begin(), out.attempts.end()), out.attempts.end());
  if (trial.pairs.size() > 1 || trial.otherwise > 0) out.left_out = left_out_of(trial, used, seeds.size());
  if (trial.pairs.size() > 1 || claim.metric != "median") return out;  // of several pairs the spread over seeds is what counts
  const std::set<std::int64_t> common(seeds.begin(), seeds.end());
  const auto processes = [&](const ConfigFacts& side) { return processes_of(store, at_seeds(side, common)); };
  const Launches left = processes(*trial.pairs.front().a), right = processes(*trial.pairs.front().b);
  if (!left.empty() && !right.empty()) out.times = ratio_of_times(right, left, DifferenceTest::t);
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

std::vector<TableCell> line_of(const TableClaim& claim, const std::string& scale, const Evidence& evidence) {
  const double ratio = evidence.times ? evidence.times->value : std::exp(mean(evidence.logs));
  auto interval = evidence.times ? evidence.times->interval : t_interval(evidence.logs);
  if (interval && !evidence.times) interval = Interval{std::exp(interval->lo), std::exp(interval->hi)};
  std::vector<TableCell> line = {{.value = claim.text},
                                 {.value = claim.metric},
                                 published_cell(claim),
                                 number_cell(ratio, 4),
                                 interval_cell(interval, 4),
                                 inside_cell(claim, interval),
                                 {.value = evidence.logs.size()},
                                 {.value = verdict(claim, ratio, interval)},
                                 {.value = scale}};
  for (TableCell& cell : line) cell.attempts = evidence.attempts;
  return line;
}

/// why: in place of our number. A claim that nothing was run for has no scale.
std::vector<TableCell> line_without_number(const TableClaim& claim, const char* why, const char* judged, const std::string& scale) {
  return {{.value = claim.text}, {.value = claim.metric}, published_cell(claim),
          {.value = why},        nothing_cell(),          nothing_cell(),
          {.value = 0},          {.value = judged},       scale.empty() ? nothing_cell() : TableCell{.value = scale}};
}

}  // namespace

Table table_of_claims(Store& store, const TableSpec& spec, const TableOptions& options) {
  TableOptions apart = options;
  apart.across_env = true;  // pairs are of one build and machine
  std::vector<std::string> shown;
  for (const TableClaim& claim : spec.claims) shown.push_back(claim.metric);
  apart.metrics = metrics_to_read(shown);
  const Timings rows = read_rows(store, apart, spec.kinds, false);
  Table table{.caption = spec.caption,
              .columns = {"claim", "metric", "published", "ours", "interval", "published_inside", "n", "verdict", "scale"},
              .rows = {},
              .notes = {}};
  std::size_t tried = 0;
  for_each_claim(rows.cells.rows, spec.claims, [&](const TableClaim& claim, const std::vector<Trial>& trials) {
    table.notes.push_back(claim.text + ": " + claim.source);
    for (const Trial& trial : trials) {
      if (trial.pairs.empty()) {
        table.rows.push_back(line_without_number(claim, "n/a (other signature)", "not judged", trial.scale));
        continue;
      }
      const Evidence evidence = evidence_of(store, claim, trial);
      table.rows.push_back(line_of(claim, trial.scale, evidence));
      if (!evidence.left_out.empty()) table.notes.push_back(fmt::format("{} ({}): {}", claim.text, trial.scale, evidence.left_out));
    }
    tried += trials.size();
    if (trials.empty()) table.rows.push_back(line_without_number(claim, "n/a (not run)", "not tried", ""));
  });
  if (tried == 0) throw NothingDone("no cells for this table: " + spec.caption + " (no two configs differ in the sides of a claim alone)");
  std::vector<std::string> below = notes_under(store, rows.cells, rows.axes, shown);
  table.notes.insert(table.notes.begin(), below.begin(), below.end());
  table.notes.emplace_back("published and ours: the first side over the second; pairs are equal in all other keys, build and machine");
  table.notes.emplace_back("published_inside: whether our interval holds what was published; a claim may hold at another size");
  table.notes.emplace_back(
      "intervals: 95 %, by Student's t over n seeds, each the geometric mean of its pairs of configs, the same at each seed; one pair of "
      "timings: over its "
      "processes (Yuen)");
  table.notes.emplace_back(
      "holds, does not hold: the interval lies on one side of 1; open: it does not; at the scale that is named, no other");
  table.notes.emplace_back("within a share: holds where the whole interval lies within it, does not hold where none of it does");
  for (const std::string& note : spec.notes) table.notes.push_back(note);
  return table;
}

}  // namespace synthbench
