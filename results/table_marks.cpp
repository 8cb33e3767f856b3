#include "results/table_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "results/compare_seeds.h"
#include "results/compare_times.h"
#include "results/noise_floor.h"
#include "results/quality.h"
#include "results/significance.h"

namespace synthbench {
namespace {

constexpr double kAlpha = 0.05;

std::vector<double> all_of(const std::map<std::int64_t, double>& values) {
  std::vector<double> out;
  for (const auto& [seed, value] : values) out.push_back(value);
  return out;
}

/// What a test says of two rows of which the first is the better one by their means.
struct Judged {
  std::optional<double> p;  ///< of "no difference"; nullopt where one seed, or one process, speaks for a row
  bool clear = false;       ///< the first is better in what was tested too, of times by more than the noise floor
};

/// b - a at the seeds of both, where those are all seeds of one of them; nullopt: the values are not tested in pairs.
std::optional<std::vector<double>> in_pairs(const std::map<std::int64_t, double>& a, const std::map<std::int64_t, double>& b) {
  std::vector<double> differences;
  for (const auto& [seed, value] : a) {
    if (const auto other = b.find(seed); other != b.end()) differences.push_back(other->second - value);
  }
  if (differences.size() < 2 || differences.size() < std::min(a.size(), b.size())) return std::nullopt;
  return differences;
}

Judged judge_seeds(const ConfigFacts& a, const ConfigFacts& b, const std::string& metric, bool lower) {
  const auto of_a = a.by_seed(metric), of_b = b.by_seed(metric);
  const auto pairs = in_pairs(of_a, of_b);
  const auto test = pairs ? paired_t(*pairs) : welch_t(all_of(of_a), all_of(of_b));
  if (!test) return {};
  const double apart = pairs ? mean(*pairs) : mean(all_of(of_b)) - mean(all_of(of_a));
  return {test->p, lower ? apart > 0 : apart < 0};
}

Judged judge_times(Store& store, const ConfigFacts& one, const ConfigFacts& other, bool lower) {
  const auto [a, b] = of_equal_work(one, other);
  const Launches of_a = processes_of(store, a), of_b = processes_of(store, b);
  if (of_a.empty() || of_b.empty()) return {};
  const TimesRatio ratio = ratio_of_times(of_a, of_b, DifferenceTest::t);
  if (!ratio.p || !ratio.interval) return {};
  const double floor = floor_between(store, a, b, median_of_all(of_a)).share;
  return {ratio.p, lower ? ratio.interval->lo > 1 + floor : ratio.interval->hi < 1 / (1 + floor)};
}

/// Rows are sorted by means over all seeds of each: at the seeds that both have, the later of two may still be the better one.
bool later_is_better(const ConfigFacts& first, const ConfigFacts& later, const std::string& metric, bool lower) {
  double apart = 0;  // later - first
  if (metric != "median") {
    const auto pairs = in_pairs(first.by_seed(metric), later.by_seed(metric));
    if (pairs) apart = mean(*pairs);
  } else if (first.seed_draws_work() || later.seed_draws_work()) {
    const auto [one, other] = of_equal_work(first, later);
    if (!one.done.empty()) apart = mean(other.values(metric)) - mean(one.values(metric));
  }
  return lower ? apart < 0 : apart > 0;
}

}  // namespace

void Marks::compare(std::vector<Contender> group, const std::string& metric, const std::string& better) {
  if (group.size() < 2) return;
  std::string name = metric, direction = better;
  if (metric == "quality") {
    const auto quality = quality_of(*group.front().row);
    name = quality->metric;
    for (const Contender& one : group) {
      if (quality_of(*one.row)->metric != name) return;
    }
  }
  std::erase_if(group, [&](const Contender& one) { return !one.row->not_finite(name).empty() || one.row->values(name).empty(); });
  std::set<std::string> ways;
  for (const Contender& one : group) ways.merge(one.row->signatures(name));
  if (group.size() < 2 || ways.size() > 1) return;
  ++groups_;
  for (const Contender& one : group) {
    for (const CellFacts& cell : one.row->done) {
      if (const FinalMetric* found = direction.empty() ? cell.metrics.find(name) : nullptr) direction = found->definition->better;
    }
  }
  if (direction != "higher" && direction != "lower") return;
  const bool lower = direction == "lower";
  std::map<const ConfigFacts*, double> means;
  for (const Contender& one : group) means[one.row] = mean(one.row->values(name)) * (lower ? 1 : -1);
  std::ranges::stable_sort(group, {}, [&](const Contender& one) { return means.at(one.row); });
  bool lone = false;
  for (std::size_t i = 0; i + 1 < group.size() && i < 2; ++i) {
    const ConfigFacts &mine = *group[i].row, &next = *group[i + 1].row;
    const Judged judged = name == "median" ? judge_times(store_, mine, next, lower) : judge_seeds(mine, next, name, lower);
    lone = lone || !judged.p;
    if (!judged.p) continue;
    const bool clear = judged.clear && std::none_of(group.begin() + static_cast<std::ptrdiff_t>(i) + 2, group.end(),
                                                    [&](const Contender& later) { return later_is_better(mine, *later.row, name, lower); });
    comparisons_.push_back({groups_, group[i].cell, i == 0 ? Mark::best : Mark::second, *judged.p, clear});
  }
  alone_ += lone ? 1U : 0U;
}

void Marks::set() {
  std::vector<double> p;
  for (const Comparison& one : comparisons_) p.push_back(one.p);
  const std::vector<double> corrected = holm(p);
  std::set<std::size_t> with_best;
  for (std::size_t i = 0; i < comparisons_.size(); ++i) {
    const Comparison& one = comparisons_[i];
    if (corrected[i] > kAlpha || !one.clear) continue;
    if (one.mark == Mark::best) with_best.insert(one.group);
    if (with_best.contains(one.group)) one.cell->mark = one.mark;  // no second without a best
  }
}

std::optional<std::string> Marks::note() const {
  if (groups_ == 0) return std::nullopt;
  if (comparisons_.empty())
    return "no best is marked: that takes two seeds, or two processes with samples, of the same work on either side";
  return fmt::format("best and second best are marked where they differ from the next at 5 %, Holm-corrected over {} comparisons{}",
                     comparisons_.size(),
                     alone_ > 0 ? fmt::format("; {} of {} groups have too few seeds or processes", alone_, groups_) : "");
}

}  // namespace synthbench
