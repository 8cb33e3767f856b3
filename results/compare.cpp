// Pairs of rows and their verdicts, for a whole table.
#include "results/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "results/cells_of_build.h"
#include "results/compare_judge.h"
#include "results/compare_ways.h"

namespace synthbench {
namespace {

void refuse_unlike(const ComparedSide& a, const ComparedSide& b) {
  const auto whole = [](const ComparedSide& side) {
    return side.kind == ComparedSide::Kind::sweep || side.kind == ComparedSide::Kind::build;
  };
  if (a.kind == b.kind || (whole(a) && whole(b))) return;
  const auto word = [](const ComparedSide& side) {
    return side.kind == ComparedSide::Kind::backend   ? "a backend"
           : side.kind == ComparedSide::Kind::variant ? "a variant"
                                                      : "a set of results";
  };
  throw UserError(
      fmt::format("'{}' is {}, '{}' is {}: compare two of a kind ('backend:NAME' says which is meant)", a.name, word(a), b.name, word(b)));
}

/// Pairs of which some side was meant to have a result.
std::vector<RowPair> included_pairs(const CellSet& a, const CellSet& b, ComparedSide::Kind kind) {
  std::vector<RowPair> pairs = pair_rows(a, b, kind);
  std::erase_if(pairs, [](const RowPair& pair) {
    return std::ranges::all_of(std::array{pair.a, pair.b}, [](const ConfigFacts* row) { return row == nullptr || is_left_out(*row); });
  });
  return pairs;
}

/// What tells the rows of some pairs apart. A table names its variant even where there is one alone; a key does not.
TableAxes axes_of_pairs(const std::vector<RowPair>& pairs) {
  std::vector<ConfigFacts> rows;
  std::set<const ConfigFacts*> known = {nullptr};
  for (const auto side : {&RowPair::a, &RowPair::b}) {
    for (const RowPair& pair : pairs) {
      if (known.insert(pair.*side).second) rows.push_back(*(pair.*side));
    }
  }
  TableAxes axes = axes_of(rows);
  const bool one_variant =
      std::ranges::all_of(rows, [&](const ConfigFacts& row) { return row.text("variant") == rows.front().text("variant"); });
  if (one_variant) std::erase(axes.columns, "variant");
  const auto several = [&](std::int64_t ConfigFacts::*place) {
    std::set<std::int64_t> places = {0};  // nothing was tried
    for (const ConfigFacts& row : rows) places.insert(row.*place);
    return places.size() > 2;
  };
  axes.builds = several(&ConfigFacts::build);
  axes.machines = several(&ConfigFacts::env);
  return axes;
}

std::vector<std::string> notes_of(const ComparisonTable& table, const Judge& judge, const CompareOptions& options) {
  const auto compared = std::ranges::count_if(table.rows, [](const Comparison& row) { return row.p.has_value(); });
  const bool times = std::ranges::any_of(table.rows, [](const Comparison& row) { return row.p && row.metric == "median"; });
  std::vector<std::string> notes = {"ratio: B over A, of the median time or the metric's mean; below 1 is less"};
  notes.push_back(fmt::format("verdicts: Holm-corrected over {} comparison{} at alpha = {:g}; {}", compared, compared == 1 ? "" : "s",
                              options.alpha, options.test == DifferenceTest::t ? "t tests" : "rank tests"));
  if (times) {
    notes.emplace_back("intervals: 95 %, of the trimmed means of the processes' log medians (Yuen)");
    notes.push_back(
        fmt::format("noise floor: {} %{}", format_number(100 * judge.largest_floor(), 2),
                    judge.floor_assumed() ? ", assumed: `synthbench calibrate` measures it" : ", the largest of those measured here"));
  }
  notes.insert(notes.end(), table.warnings.begin(), table.warnings.end());
  return notes;
}

}  // namespace

ComparisonTable compare(Store& store, const ComparedSide& a, const ComparedSide& b, const CompareOptions& options) {
  refuse_unlike(a, b);
  ComparisonTable table{.a = a.name, .b = b.name, .rows = {}, .notes = {}, .warnings = {}};
  for (const std::string& note : {a.note, b.note}) {
    if (!note.empty() && std::ranges::find(table.warnings, note) == table.warnings.end()) table.warnings.push_back(note);
  }
  Judge judge(store, options);
  std::set<std::string> metrics;
  for (const bool speed : {true, false}) {
    const std::vector<std::string> kinds = speed ? std::vector<std::string>{"speed"} : std::vector<std::string>{"train", "eval"};
    const CellSet of_a = cells_of(store, a, kinds, options.across_env), of_b = cells_of(store, b, kinds, options.across_env);
    if (speed && !options.across_env) refuse_mixed_sides(store, a, of_a, b, of_b);
    const std::vector<RowPair> pairs = included_pairs(of_a, of_b, a.kind);
    const TableAxes axes = axes_of_pairs(pairs);
    for (const RowPair& pair : pairs) {
      Comparison row = speed ? judge.times(pair) : judge.quality(pair);
      row.key = key_of(pair, axes, a.kind);
      row.add_note(place_words(store, pair, axes));
      metrics.insert(row.metric);
      table.rows.push_back(std::move(row));
    }
  }
  if (table.rows.empty()) throw NothingDone(fmt::format("neither '{}' nor '{}' has a cell", a.name, b.name));
  judge.decide(table.rows);
  for (Comparison& row : table.rows) {
    if (metrics.size() > 1) row.key["metric"] = row.metric;
    table.judged = table.judged || row.judged;
  }
  table.notes = notes_of(table, judge, options);
  return table;
}

Comparison compare_attempts(Store& store, std::int64_t a, std::int64_t b, const CompareOptions& options) {
  const CellSet of_a = cells_of_attempt(store, a), of_b = cells_of_attempt(store, b);
  Judge judge(store, options);
  const RowPair pair{&of_a.rows.at(0), &of_b.rows.at(0)};
  std::vector<Comparison> rows = {pair.a->text("kind") == "speed" ? judge.times(pair) : judge.quality(pair)};
  judge.decide(rows);
  return rows.front();
}

}  // namespace synthbench
