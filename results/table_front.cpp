// What a saving costs: variants that were both timed and trained, and which of them no other one beats in both.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "results/compare_seeds.h"
#include "results/front.h"
#include "results/table_columns.h"
#include "results/table_notes.h"
#include "results/table_shapes.h"
#include "results/variant_index.h"

namespace synthbench {
namespace {

struct Candidate {
  std::size_t row = 0;
  FrontPoint point;
  std::vector<std::int64_t> attempts;
};

/// What is true of the trainings too is said once.
std::vector<std::string> notes_of_both(Store& store, const Timings& timed, const Timings& trained) {
  std::vector<std::string> out, shared;
  const std::vector<std::string> of_time = notes_under(store, timed.cells, timed.axes, {"median"});
  const std::vector<std::string> of_quality = notes_under(store, trained.cells, trained.axes, {"quality"});
  for (const std::string& note : of_time) {
    const bool both = std::ranges::find(of_quality, note) != of_quality.end();
    (both ? shared : out).push_back(both ? note : "timed: " + note);
  }
  for (const std::string& note : of_quality) {
    if (std::ranges::find(shared, note) == shared.end()) out.push_back("trained: " + note);
  }
  out.insert(out.end(), shared.begin(), shared.end());
  return out;
}

/// Where seeds draw the work, means over other seeds are of other work. Keeps the candidates of the seeds that most have, of equals those
/// of the first one; returns how many were left out.
std::size_t keep_equal_work(const Timings& timed, std::vector<Candidate>& group) {
  const auto row_of = [&](const Candidate& one) -> const ConfigFacts& { return timed.cells.rows[one.row]; };
  if (std::ranges::none_of(group, [&](const Candidate& one) { return row_of(one).seed_draws_work(); })) return 0;
  std::map<std::string, std::ptrdiff_t> candidates;
  for (const Candidate& one : group) ++candidates[seed_list(row_of(one))];
  const auto most = std::ranges::max_element(group, {}, [&](const Candidate& one) { return candidates.at(seed_list(row_of(one))); });
  const std::string kept = seed_list(row_of(*most));
  return std::erase_if(group, [&](const Candidate& one) { return seed_list(row_of(one)) != kept; });
}

}  // namespace

Table table_of_front(Store& store, const TableSpec& spec, const TableOptions& options) {
  TableOptions of_time = options, of_quality = options;
  of_time.metrics = metrics_to_read({"median"});
  of_quality.metrics = metrics_to_read({"quality"});
  const Timings timed = read_timings(store, of_time);
  const Timings trained = read_rows(store, of_quality, {"train", "eval"}, false);
  const Measures measures(timed), qualities(trained);
  const auto& judged = qualities.only_quality();
  if (!judged)
    throw NothingDone("no cells for this table: " + spec.caption +
                      " (speed cells and trainings that one metric judges are needed; --only chooses)");
  VariantIndex trainings;
  for (std::size_t row = 0; row < trained.cells.rows.size(); ++row) {
    if (qualities.quality(row) && !qualities.quality(row)->values.empty()) trainings.add(trained.cells.rows[row], row);
  }
  const auto title = [&](std::size_t row) {
    return title_of(timed.cells.rows[row], timed.cells.rows[static_cast<std::size_t>(timed.vanilla[row])], timed.axes.columns);
  };
  std::set<std::string> several;
  std::map<std::ptrdiff_t, std::vector<Candidate>> groups;  // equal in all but the variant
  for (std::size_t row = 0; row < timed.cells.rows.size(); ++row) {
    const ConfigFacts& facts = timed.cells.rows[row];
    if (!timed.times[row] || timed.vanilla[row] < 0) continue;
    const auto found = trainings.of(facts, own_keys(facts, timed.cells.rows[static_cast<std::size_t>(timed.vanilla[row])]));
    if (found.empty()) continue;
    if (found.size() > 1) {
      several.insert(title(row));
      continue;
    }
    const std::size_t training = found.front();
    Candidate one{row, {timed.times[row]->seconds, mean(qualities.quality(training)->values)}, facts.attempts()};
    for (const std::int64_t attempt : trained.cells.rows[training].attempts()) one.attempts.push_back(attempt);
    groups[timed.vanilla[row]].push_back(std::move(one));
  }
  const TableColumn &time = spec.columns[1], &quality = spec.columns[0];
  Table table{.caption = spec.caption + "; timed: " + timed.axes.constants + "; trained: " + trained.axes.constants,
              .columns = axis_columns(timed.axes),
              .rows = {},
              .notes = {}};
  for (const std::string& name : {qualities.name(quality), measures.name(time), std::string("on_the_front"), std::string("beaten_by")})
    table.columns.push_back(name);
  std::size_t unlike = 0;
  for (auto& [vanilla, group] : groups) {
    unlike += keep_equal_work(timed, group);
    std::ranges::stable_sort(group, {}, [](const Candidate& one) { return one.point.time; });
    std::vector<FrontPoint> points;
    for (const Candidate& one : group) points.push_back(one.point);
    const auto beaten = beaten_by(points, judged->better);
    for (std::size_t i = 0; i < group.size(); ++i) {
      const Candidate& one = group[i];
      std::vector<TableCell> line = axis_cells(store, timed.axes, timed.cells.rows[one.row]);
      line.push_back(number_cell(one.point.quality, quality.digits));
      line.push_back(number_cell(measures.scaled(one.point.time, time), time.digits));
      line.push_back({.value = beaten[i] ? "no" : "yes"});
      line.push_back(beaten[i] ? TableCell{.value = title(group[*beaten[i]].row)} : nothing_cell());
      for (TableCell& cell : line) cell.attempts = one.attempts;
      table.rows.push_back(std::move(line));
    }
  }
  const std::string why_unlike =
      unlike > 0 ? fmt::format("{} line{} timed at other seeds than most beside them, where the seed draws the lengths of keys", unlike,
                               unlike == 1 ? "" : "s")
                 : "";
  if (table.rows.empty()) {
    throw NothingDone("no cells for this table: " + spec.caption +
                      (unlike > 0 ? " (left out: " + why_unlike + ")" : " (no variant was both timed beside vanilla and trained)"));
  }
  table.notes = notes_of_both(store, timed, trained);
  table.notes.push_back(fmt::format("{}{}: {} is better, mean over seeds of the training of the same variant with the same keys of its own",
                                    qualities.name(quality), judged->split.empty() ? "" : " on " + judged->split, judged->better));
  table.notes.emplace_back("time: of one timed call at the line's axes; `plot pareto` takes that of a training step instead");
  table.notes.emplace_back("on_the_front: no other line of equal axes is as fast and as good; by means, so neighbours may be equal");
  for (const std::string& name : several) table.notes.push_back("left out: " + name + ", trained in several ways (--only chooses one)");
  if (unlike > 0) table.notes.push_back("left out: " + why_unlike);
  for (const std::string& note : spec.notes) table.notes.push_back(note);
  return table;
}

}  // namespace synthbench
