// Pairs of rows and their verdicts, for a whole table.
#include "results/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "results/cells_of_build.h"
#include "results/compare_pairs.h"
#include "results/compare_times.h"
#include "results/noise_floor.h"
#include "results/quality.h"
#include "results/significance.h"

namespace synthbench {
namespace {

Measured facts_of(const ConfigFacts& row) {
  Measured facts;
  facts.attempts = row.attempts();
  facts.seeds = row.done.size();
  facts.state = row.done.empty() ? row.missing.front().state : row.done.front().state;
  if (row.done.empty()) facts.reason = row.missing.front().reason;
  return facts;
}

std::string missing_words(const char* side, const std::optional<Measured>& facts) {
  if (!facts) return fmt::format("{} has no such cell", side);
  return fmt::format("{} is {}{}", side, facts->state, facts->reason.empty() ? "" : ": " + facts->reason);
}

/// Verdict and note of a row that lacks a number on a side; false where both have one.
bool one_sided(Comparison& row) {
  const bool in_a = row.a && row.a->value, in_b = row.b && row.b->value;
  if (in_a && in_b) return false;
  row.verdict = in_a ? "only-a" : in_b ? "only-b" : "ambiguous";
  row.note = in_a   ? missing_words("B", row.b)
             : in_b ? missing_words("A", row.a)
                    : missing_words("A", row.a) + "; " + missing_words("B", row.b);
  return true;
}

class Judge {
 public:
  Judge(Store& store, const CompareOptions& options) : store_(store), options_(options) {}

  /// What can be said of a pair of timings before Holm.
  Comparison times(const RowPair& pair) {
    Comparison row;
    row.metric = "median";
    const Launches a = measure(pair.a, row.a), b = measure(pair.b, row.b);
    if (one_sided(row)) return row;
    row.ratio = *row.b->value / *row.a->value;
    const PairFloor floor = floor_between(store_, *pair.a, *pair.b, *row.a->value);
    floor_assumed_ = floor_assumed_ || floor.assumed;
    largest_floor_ = std::max(largest_floor_, floor.share);
    row.floor = floor.share;
    if (row.a->attempts == row.b->attempts) {
      row.interval = Interval{1, 1};
      row.p = 1;
      row.note = "the same measurements";
      return row;
    }
    if (a.empty() || b.empty()) {
      row.note = "no samples are stored";
      return row;
    }
    const TimesRatio judged = ratio_of_times(a, b, options_.test);
    row.interval = judged.interval;
    row.p = judged.p;
    if (!row.p) {
      row.note = "one process says nothing about the next: measure with more launches";
    } else if (options_.test == DifferenceTest::wilcoxon && least_p_of_ranks(a.size(), b.size()) > options_.alpha) {
      row.p = std::nullopt;
      row.note = fmt::format("{} and {} processes are too few for a rank test at alpha = {:g}: measure with more launches", a.size(),
                             b.size(), options_.alpha);
    }
    return row;
  }

  Comparison quality(const RowPair& pair) {
    Comparison row;
    const auto of_a = measured_quality(pair.a, row.a), of_b = measured_quality(pair.b, row.b);
    row.metric = of_a ? of_a->metric : of_b ? of_b->metric : "quality";
    if (of_a && of_b && (judged_otherwise(row, *of_a, *of_b) || diverged(row))) return row;
    if (one_sided(row) || computed_otherwise(row, *pair.a, *pair.b)) return row;
    better_[row.metric] = of_a->better;
    pair_by_seed(row, *pair.a, *pair.b);
    return row;
  }

  /// Verdicts of a whole table.
  void decide(std::vector<Comparison>& rows) {
    std::vector<double> p;
    for (const Comparison& row : rows) {
      if (row.p) p.push_back(*row.p);
    }
    const std::vector<double> corrected = holm(p);
    auto next = corrected.begin();
    for (Comparison& row : rows) {
      if (row.p) row.p = *next++;
      if (row.verdict.empty()) row.verdict = verdict(row);
    }
  }

  bool floor_assumed() const { return floor_assumed_; }
  double largest_floor() const { return largest_floor_; }

 private:
  Launches measure(const ConfigFacts* row, std::optional<Measured>& to) {
    if (row == nullptr) return {};
    to = facts_of(*row);
    to->unit = "s";
    Launches launches = processes_of(store_, *row);
    to->processes = launches.size();
    const std::vector<double> medians = row->values("median");
    if (!launches.empty()) {
      to->value = median_of_all(launches);
    } else if (!medians.empty()) {
      to->value = mean(medians);
    }
    return launches;
  }

  static std::optional<Quality> measured_quality(const ConfigFacts* row, std::optional<Measured>& to) {
    if (row == nullptr) return std::nullopt;
    to = facts_of(*row);
    auto quality = quality_of(*row);
    if (!quality) return std::nullopt;
    if (!quality->values.empty()) to->value = mean(quality->values);
    to->unit = quality->unit;
    to->seeds = quality->values.size();
    to->not_finite = quality->not_finite;
    if (!to->not_finite.empty()) to->reason = fmt::format("{} is not finite for seed {}", quality->metric, fmt::join(to->not_finite, ", "));
    return quality;
  }

  static bool judged_otherwise(Comparison& row, const Quality& a, const Quality& b) {
    if (a.metric == b.metric) return false;
    row.verdict = "ambiguous";
    row.note = fmt::format("A is judged by {}, B by {}", a.metric, b.metric);
    return true;
  }

  /// Numbers of one name that were computed in several ways say nothing of each other.
  static bool computed_otherwise(Comparison& row, const ConfigFacts& a, const ConfigFacts& b) {
    std::set<std::string> ways = a.signatures(row.metric);
    ways.merge(b.signatures(row.metric));
    if (ways.size() < 2) return false;
    row.verdict = "ambiguous";
    row.note = fmt::format("{} was computed in several ways: {}", row.metric, fmt::join(ways, "; "));
    return true;
  }

  /// A training that ran to NaN or infinity where the other one did not is worse, whatever its other seeds say.
  static bool diverged(Comparison& row) {
    const std::set<std::int64_t>&of_a = row.a->not_finite, &of_b = row.b->not_finite;
    if (of_a == of_b) return false;
    const bool a_alone = !std::ranges::includes(of_b, of_a), b_alone = !std::ranges::includes(of_a, of_b);
    row.note = of_a.empty() ? "" : "A's " + row.a->reason;
    if (!of_b.empty()) row.note += (of_a.empty() ? "B's " : "; B's ") + row.b->reason;
    row.verdict = a_alone == b_alone ? "ambiguous" : b_alone ? "worse" : "better";
    return true;
  }

  /// Trainings with the same seed saw the same data in the same order: their difference has less noise than each of them.
  void pair_by_seed(Comparison& row, const ConfigFacts& a, const ConfigFacts& b) const {
    const auto of_a = a.by_seed(row.metric), of_b = b.by_seed(row.metric);
    std::vector<double> differences, base;
    for (const auto& [seed, value] : of_a) {
      const auto other = of_b.find(seed);
      if (other == of_b.end()) continue;
      differences.push_back(other->second - value);
      base.push_back(value);
    }
    row.floor = kAssumedFloor;
    row.note = fmt::format("{} seeds in common", differences.size());
    if (differences.empty()) {
      if (*row.a->value > 0) row.ratio = *row.b->value / *row.a->value;
      return;
    }
    const double middle = mean(base);
    row.difference = mean(differences);
    if (middle > 0) row.ratio = 1 + *row.difference / middle;
    const auto interval = t_interval(differences);
    if (interval && middle > 0) row.interval = Interval{1 + interval->lo / middle, 1 + interval->hi / middle};
    row.effect = paired_effect(differences);
    const bool equal = std::ranges::all_of(differences, [](double difference) { return difference == 0; });
    const auto test = equal                                ? std::optional(Test{1, 0})
                      : options_.test == DifferenceTest::t ? paired_t(differences)
                                                           : signed_rank(differences);
    const bool ranks_suffice = options_.test == DifferenceTest::t || least_p_of_signs(differences.size()) <= options_.alpha;
    if (test && (equal || (differences.size() >= 2 && ranks_suffice))) row.p = test->p;
    if (!equal && !ranks_suffice) row.note += fmt::format(": too few for a rank test at alpha = {:g}", options_.alpha);
    if (equal) row.interval = Interval{1, 1};
  }

  std::string verdict(const Comparison& row) const {
    if (!row.p) return "ambiguous";
    if (!row.difference) return row.interval ? verdict_on_times(*row.interval, *row.p, row.floor, options_.alpha) : "ambiguous";
    const std::string& better = better_.at(row.metric);
    if (*row.p <= options_.alpha) {
      return better == "none" ? "ambiguous" : (*row.difference > 0) == (better == "higher") ? "better" : "worse";
    }
    return row.interval && within(*row.interval, row.floor) ? "same" : "ambiguous";
  }

  Store& store_;
  const CompareOptions& options_;
  std::map<std::string, std::string> better_;  ///< of metrics
  bool floor_assumed_ = false;
  double largest_floor_ = 0;
};

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

/// What tells rows apart. A table names its variant even where there is one alone; a key does not.
TableAxes axes_of_both(const CellSet& a, const CellSet& b) {
  std::vector<ConfigFacts> rows = a.rows;
  rows.insert(rows.end(), b.rows.begin(), b.rows.end());
  TableAxes axes = axes_of(rows);
  const bool one_variant =
      std::ranges::all_of(rows, [&](const ConfigFacts& row) { return row.text("variant") == rows.front().text("variant"); });
  if (one_variant) std::erase(axes.columns, "variant");
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
  return notes;
}

}  // namespace

ComparisonTable compare(Store& store, const ComparedSide& a, const ComparedSide& b, const CompareOptions& options) {
  refuse_unlike(a, b);
  ComparisonTable table{.a = a.name, .b = b.name, .rows = {}, .notes = {}};
  Judge judge(store, options);
  std::set<std::string> metrics;
  for (const bool speed : {true, false}) {
    const std::vector<std::string> kinds = speed ? std::vector<std::string>{"speed"} : std::vector<std::string>{"train", "eval"};
    const CellSet of_a = cells_of(store, a, kinds, options.across_env), of_b = cells_of(store, b, kinds, options.across_env);
    if (speed && !options.across_env) refuse_mixed_sides(store, a, of_a, b, of_b);
    const TableAxes axes = axes_of_both(of_a, of_b);
    for (const RowPair& pair : pair_rows(of_a, of_b, a.kind)) {
      Comparison row = speed ? judge.times(pair) : judge.quality(pair);
      row.key = key_of(pair, axes, a.kind);
      metrics.insert(row.metric);
      table.rows.push_back(std::move(row));
    }
  }
  if (table.rows.empty()) throw NothingDone(fmt::format("neither '{}' nor '{}' has a cell", a.name, b.name));
  judge.decide(table.rows);
  for (Comparison& row : table.rows) {
    if (metrics.size() > 1) row.key["metric"] = row.metric;
    table.judged = table.judged || row.p.has_value();
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
