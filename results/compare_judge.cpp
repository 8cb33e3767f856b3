#include "results/compare_judge.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "results/compare_times.h"
#include "results/compare_ways.h"
#include "results/noise_floor.h"
#include "results/significance.h"

namespace synthbench {
namespace {

/// Within this share of 1 a ratio of means is `same`. Quality has no noise floor: its seeds say how much it varies.
constexpr double kEqualQuality = 0.01;

Measured facts_of(const ConfigFacts& row) {
  Measured facts;
  facts.attempts = row.attempts();
  facts.seeds = row.done.size();
  if (!row.done.empty()) {
    facts.state = row.done.front().state;
    return facts;
  }
  const auto tried = std::ranges::find_if(row.missing, [](const CellFacts& cell) { return cell.state != "excluded"; });
  const CellFacts& end = tried == row.missing.end() ? row.missing.front() : *tried;
  facts.state = end.state;
  facts.reason = end.reason;
  return facts;
}

std::string missing_words(const char* side, const ConfigFacts* row, const std::optional<Measured>& facts) {
  if (row == nullptr) return fmt::format("{} has no such cell", side);
  if (row->done.empty()) return absence_words(side, *row);
  return fmt::format("{} is {}{}", side, facts->state, facts->reason.empty() ? "" : ": " + facts->reason);
}

/// Verdict and note of a row that lacks a number on a side; false where both have one.
bool one_sided(Comparison& row, const RowPair& pair) {
  const bool in_a = row.a && row.a->value, in_b = row.b && row.b->value;
  if (in_a && in_b) return false;
  row.verdict = in_a ? "only-a" : in_b ? "only-b" : "ambiguous";
  if (!in_a) row.add_note(missing_words("A", pair.a, row.a));
  if (!in_b) row.add_note(missing_words("B", pair.b, row.b));
  return true;
}

/// A pair over the seeds that both sides have, and what is to be said of the others.
struct Sides {
  SharedSeeds seeds;
  RowPair pair;  ///< into `seeds` where both sides are there

  explicit Sides(const RowPair& whole) : pair(whole) {
    if (whole.a == nullptr || whole.b == nullptr) return;
    seeds = shared_seeds(*whole.a, *whole.b);
    pair = {&seeds.a, &seeds.b};
  }
  Sides(const Sides&) = delete;
  Sides& operator=(const Sides&) = delete;

  bool both_finished() const { return pair.a != nullptr && pair.b != nullptr && !pair.a->done.empty() && !pair.b->done.empty(); }
  /// Each side alone chose in which of several ways its metric speaks. The signature of the one that both have; nullopt: nothing was
  /// changed.
  std::optional<std::string> show_common_way() {
    if (!both_finished()) return std::nullopt;
    const auto of_a = quality_of(seeds.a), of_b = quality_of(seeds.b);
    if (!of_a || !of_b || of_a->metric != of_b->metric) return std::nullopt;
    return synthbench::show_common_way(seeds.a, seeds.b, of_a->metric);
  }
  /// On seeds that are not compared.
  void add_notes(Comparison& row) const {
    if (both_finished()) return row.add_note(seeds.left_out);
    for (const auto& [side, facts] : {std::pair("A", pair.a), std::pair("B", pair.b)}) {
      if (facts != nullptr && !facts->done.empty()) row.add_note(absence_words(side, *facts));
    }
  }
};

/// Where both sides are one and the same there is nothing to test.
bool same_measurements(Comparison& row) {
  if (row.a->attempts != row.b->attempts) return false;
  row.ratio = 1;
  row.interval = Interval{1, 1};
  row.verdict = "same";
  row.judged = true;
  row.add_note("the same measurements");
  return true;
}

std::optional<Quality> measured_quality(const ConfigFacts* row, std::optional<Measured>& to) {
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

bool judged_otherwise(Comparison& row, const Quality& a, const Quality& b) {
  if (a.metric == b.metric) return false;
  row.verdict = "ambiguous";
  row.add_note(fmt::format("A is judged by {}, B by {}", a.metric, b.metric));
  return true;
}

/// Numbers of one name that were computed in several ways say nothing of each other.
bool computed_otherwise(Comparison& row, const RowPair& pair) {
  std::set<std::string> ways = pair.a->signatures(row.metric);
  ways.merge(pair.b->signatures(row.metric));
  if (ways.size() < 2) return false;
  row.verdict = "ambiguous";
  row.add_note(fmt::format("{} was computed in several ways: {}", row.metric, fmt::join(ways, "; ")));
  return true;
}

/// A training that ran to NaN or infinity where the other one, of the same seed, did not is worse, whatever its other seeds say.
bool diverged(Comparison& row) {
  const std::set<std::int64_t>&of_a = row.a->not_finite, &of_b = row.b->not_finite;
  if (of_a == of_b) return false;
  const bool a_alone = !std::ranges::includes(of_b, of_a), b_alone = !std::ranges::includes(of_a, of_b);
  if (!of_a.empty()) row.add_note("A's " + row.a->reason);
  if (!of_b.empty()) row.add_note("B's " + row.b->reason);
  row.verdict = a_alone == b_alone ? "ambiguous" : b_alone ? "worse" : "better";
  row.judged = true;
  return true;
}

Launches all_processes(const std::vector<CellTimes>& cells) {
  Launches all;
  for (const CellTimes& cell : cells) all.insert(all.end(), cell.launches.begin(), cell.launches.end());
  return all;
}

}  // namespace

std::vector<CellTimes> Judge::measure(const ConfigFacts& row, Measured& to) const {
  to = facts_of(row);
  to.unit = "s";
  std::vector<CellTimes> times = times_of(store_, row);
  const Launches launches = all_processes(times);
  to.processes = launches.size();
  const std::vector<double> medians = row.values("median");
  if (!launches.empty()) {
    to.value = median_of_all(launches);
  } else if (!medians.empty()) {
    to.value = mean(medians);
  }
  return times;
}

Comparison Judge::times(const RowPair& whole) {
  const Sides sides(whole);
  const RowPair& pair = sides.pair;
  Comparison row;
  row.metric = "median";
  std::vector<CellTimes> of_a, of_b;
  if (pair.a != nullptr) of_a = measure(*pair.a, row.a.emplace());
  if (pair.b != nullptr) of_b = measure(*pair.b, row.b.emplace());
  if (one_sided(row, pair)) {
    sides.add_notes(row);
    return row;
  }
  if (sides.seeds.count == 0 && (pair.a->seed_draws_work() || pair.b->seed_draws_work())) {
    row.note =
        fmt::format("no seed in common, and the seed draws the lengths of keys (A {}; B {})", seed_list(*pair.a), seed_list(*pair.b));
    sides.add_notes(row);
    return row;
  }
  row.ratio = *row.b->value / *row.a->value;
  const PairFloor floor = floor_between(store_, *pair.a, *pair.b, *row.a->value);
  floor_assumed_ = floor_assumed_ || floor.assumed;
  largest_floor_ = std::max(largest_floor_, floor.share);
  row.floor = floor.share;
  const Launches a = all_processes(of_a), b = all_processes(of_b);
  const std::string different = different_ways(store_, pair, of_a, of_b);
  if (same_measurements(row)) {
    // nothing is to be tested
  } else if (a.empty() || b.empty()) {
    row.note = "no samples are stored";
  } else if (!different.empty()) {
    row.note = "measured differently: " + different;
  } else {
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
  }
  if (sides.seeds.count == 0) {
    row.add_note(fmt::format("no seed in common: all are pooled (A {}; B {})", seed_list(*pair.a), seed_list(*pair.b)));
  }
  sides.add_notes(row);
  return row;
}

Comparison Judge::quality(const RowPair& whole) {
  Sides sides(whole);
  const RowPair& pair = sides.pair;
  Comparison row;
  const auto way = sides.show_common_way();
  const auto of_a = measured_quality(pair.a, row.a), of_b = measured_quality(pair.b, row.b);
  row.metric = of_a ? of_a->metric : of_b ? of_b->metric : "quality";
  const bool done = (of_a && of_b && (judged_otherwise(row, *of_a, *of_b) || (sides.seeds.count > 0 && diverged(row)))) ||
                    one_sided(row, pair) || computed_otherwise(row, pair) || same_measurements(row);
  if (!done) {
    better_[row.metric] = of_a->better;
    pair_by_seed(row, *pair.a, *pair.b);
  }
  if (way) row.add_note("compared as both sides have it: " + (way->empty() ? "no signature" : *way));
  sides.add_notes(row);
  return row;
}

/// Trainings with the same seed saw the same data in the same order: their difference has less noise than each of them.
void Judge::pair_by_seed(Comparison& row, const ConfigFacts& a, const ConfigFacts& b) const {
  const auto of_a = a.by_seed(row.metric), of_b = b.by_seed(row.metric);
  std::vector<double> differences, base;
  for (const auto& [seed, value] : of_a) {
    const auto other = of_b.find(seed);
    if (other == of_b.end()) continue;
    differences.push_back(other->second - value);
    base.push_back(value);
  }
  const std::size_t n = differences.size();
  row.note = fmt::format("{} seed{} in common", n, n == 1 ? "" : "s");
  if (differences.empty()) {
    if (*row.a->value > 0) row.ratio = *row.b->value / *row.a->value;
    return;
  }
  const double middle = mean(base);
  row.difference = mean(differences);
  if (middle > 0) row.ratio = 1 + *row.difference / middle;
  if (n == 1) {
    row.note += ", which says nothing about the next";
    return;
  }
  const auto interval = t_interval(differences);
  if (interval && middle > 0) row.interval = Interval{1 + interval->lo / middle, 1 + interval->hi / middle};
  row.effect = paired_effect(differences);
  if (std::ranges::all_of(differences, [](double difference) { return difference == 0; })) {
    row.p = 1;
    row.interval = Interval{1, 1};
  } else if (options_.test == DifferenceTest::t) {
    row.p = paired_t(differences)->p;
  } else if (least_p_of_signs(n) <= options_.alpha) {
    row.p = signed_rank(differences)->p;
  } else {
    row.note += fmt::format(": too few for a rank test at alpha = {:g}", options_.alpha);
  }
}

void Judge::decide(std::vector<Comparison>& rows) const {
  std::vector<double> p;
  for (const Comparison& row : rows) {
    if (row.p) p.push_back(*row.p);
  }
  const std::vector<double> corrected = holm(p);
  auto next = corrected.begin();
  for (Comparison& row : rows) {
    row.judged = row.judged || row.p.has_value();
    if (row.p) row.p = *next++;
    if (row.verdict.empty()) row.verdict = verdict(row);
  }
}

std::string Judge::verdict(const Comparison& row) const {
  if (!row.p) return "ambiguous";
  if (!row.difference) return row.interval ? verdict_on_times(*row.interval, *row.p, *row.floor, options_.alpha) : "ambiguous";
  const std::string& better = better_.at(row.metric);
  if (*row.p <= options_.alpha) {
    return better == "none" ? "ambiguous" : (*row.difference > 0) == (better == "higher") ? "better" : "worse";
  }
  return row.interval && within(*row.interval, kEqualQuality) ? "same" : "ambiguous";
}

}  // namespace synthbench
