#include "results/table_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "harness/base/units.h"
#include "harness/base/words.h"
#include "results/format_markup.h"
#include "results/held_against_peak.h"

namespace synthbench {
namespace {

struct TimeUnit {
  const char* suffix;
  double seconds;
};

/// The unit in which the middle of all times has a digit before the point.
TimeUnit unit_for(const std::vector<std::optional<Timing>>& times) {
  double logs = 0, count = 0;
  for (const auto& timing : times) {
    if (timing && timing->seconds > 0) logs += std::log10(timing->seconds), ++count;
  }
  const double middle = count > 0 ? logs / count : 0;
  return middle >= 0 ? TimeUnit{"s", 1} : middle >= -3 ? TimeUnit{"ms", 1e-3} : TimeUnit{"us", 1e-6};
}

std::optional<Quality> common(const std::vector<std::optional<Quality>>& qualities) {
  std::optional<Quality> only;
  for (const auto& quality : qualities) {
    if (!quality) continue;
    if (only && only->metric != quality->metric) return std::nullopt;
    if (!only) only = quality;
  }
  return only;
}

TableCell kernels(const ConfigFacts& row) {
  std::set<std::string> names;
  for (const CellFacts& cell : row.done) names.insert(cell.kernel + (cell.kernel_label == "reference" ? " (reference)" : ""));
  return {.value = join(std::vector<std::string>(names.begin(), names.end()), "+")};
}

TableCell percent_cell(double share) { return {.value = 100 * share, .text = fmt::format("{:+.1f} %", 100 * share)}; }

/// All seeds are the same work, on other inputs: all count beside vanilla.
bool is_same_work(const ConfigFacts& row) { return row.text("kind") == "speed" && !row.seed_draws_work(); }

std::string replaced(std::string text, const std::string& place, const std::string& by) {
  const std::size_t at = text.find(place);
  return at == std::string::npos ? text : text.replace(at, place.size(), by);
}

}  // namespace

TableCell number_cell(double value, int significant) { return {.value = value, .text = format_number(value, significant)}; }
TableCell count_cell(std::int64_t count) { return {.value = count, .text = format_count(count)}; }
TableCell nothing_cell() { return {.value = nullptr, .text = "–"}; }

TableCell interval_cell(const std::optional<Interval>& interval, int significant) {
  if (!interval) return nothing_cell();
  return {.value = OrderedJson::array({interval->lo, interval->hi}),
          .text = fmt::format("[{}, {}]", format_number(interval->lo, significant), format_number(interval->hi, significant))};
}

void tell_fewer_seeds(const std::vector<CountedCell>& cells) {
  for (const CountedCell& one : cells) {
    if (one.seeds > 0 && one.seeds < one.most) one.cell->text = fmt::format("{} (n={})", shown(*one.cell), one.seeds);
  }
}

std::vector<std::string> metrics_of(const std::vector<TableColumn>& columns) {
  std::vector<std::string> out;
  for (const TableColumn& column : columns) out.push_back(column.metric);
  return out;
}

std::vector<std::string> metrics_to_read(const std::vector<std::string>& metrics) {
  std::set<std::string> out = {"host_share"};  // of launch-bound cells a note tells
  for (const std::string& metric : metrics) {
    if (metric == "quality") {
      const std::vector<std::string> names = quality_metrics();
      out.insert(names.begin(), names.end());
    } else if (!metric.empty()) {
      out.insert(metric);
    }
  }
  return {out.begin(), out.end()};
}

bool is_impossible(const ConfigFacts& row, const std::string& metric) {
  return is_held_against_peak(metric) && !row.not_finite(metric).empty();
}

Measures::Measures(const Timings& rows) : rows_(rows) {
  for (const ConfigFacts& row : rows.cells.rows) qualities_.push_back(quality_of(row));
  only_quality_ = common(qualities_);
  const TimeUnit unit = unit_for(rows.times);
  time_suffix_ = unit.suffix;
  time_unit_ = unit.seconds;
}

std::string Measures::name(const TableColumn& column) const {
  return replaced(replaced(column.name, "{unit}", time_suffix_), "{metric}", only_quality_ ? only_quality_->metric : "value");
}

std::vector<double> Measures::values(std::size_t row, const std::string& metric) const {
  if (metric == "quality") return qualities_[row] ? qualities_[row]->values : std::vector<double>();
  return rows_.cells.rows[row].values(metric);
}

std::size_t Measures::count(std::size_t row, const std::string& metric) const {
  if (metric == "quality") return qualities_[row] ? qualities_[row]->values.size() : 0;
  return static_cast<std::size_t>(
      std::ranges::count_if(rows_.cells.rows[row].done, [&](const CellFacts& cell) { return cell.metrics.contains(metric); }));
}

std::optional<double> Measures::value(std::size_t row, const TableColumn& column) const {
  if (column.metric == "median" && !rows_.times.empty()) {
    return rows_.times[row] ? std::optional(rows_.times[row]->seconds) : std::nullopt;
  }
  const std::vector<double> all = values(row, column.metric);
  if (all.empty()) return std::nullopt;
  return column.largest ? *std::ranges::max_element(all) : mean(all);
}

double Measures::scaled(double value, const TableColumn& column) const {
  if (column.unit == "time") return value / time_unit_;
  if (column.unit == "MiB") return value / (1024.0 * 1024.0);
  if (column.unit == "G") return value / 1e9;
  if (column.unit == "M") return value / 1e6;
  if (column.unit == "T") return value / 1e12;
  return column.unit == "percent" ? 100 * value : value;
}

Measures::Beside Measures::beside_vanilla(std::size_t row, const TableColumn& column) const {
  const Beside nothing{.why_not = "vanilla"};
  if (rows_.vanilla[row] < 0) return nothing;
  const auto base = static_cast<std::size_t>(rows_.vanilla[row]);
  const auto mine = value(row, column), its = value(base, column);
  const bool judged = column.metric == "quality";
  if (!mine || !its || (judged && qualities_[row]->metric != qualities_[base]->metric)) return nothing;
  const std::string& metric = judged ? qualities_[row]->metric : column.metric;
  const ConfigFacts &facts = rows_.cells.rows[row], &vanilla = rows_.cells.rows[base];
  if (is_same_work(facts)) {
    std::set<std::string> ways = facts.signatures(metric);
    ways.merge(vanilla.signatures(metric));
    if (ways.size() > 1) return {.why_not = "other signature"};
    return {values(row, metric), values(base, metric), ""};
  }
  CommonSeeds common = at_common_seeds(facts, vanilla, metric);
  if (common.seeds.empty()) return {.why_not = "other seeds"};
  if (!common.one_way) return {.why_not = "other signature"};
  return {std::move(common.one), std::move(common.other), ""};
}

TableCell Measures::against_vanilla(std::size_t row, const TableColumn& column) const {
  if (column.metric == "quality" && !value(row, column)) return nothing_cell();
  const Beside both = beside_vanilla(row, column);
  if (!both.why_not.empty()) return {.value = "n/a (" + both.why_not + ")"};
  const auto one = [&](const std::vector<double>& all) { return column.largest ? std::ranges::max(all) : mean(all); };
  const double mine = one(both.mine), its = one(both.its);
  if (column.show == TableColumn::Show::difference) return number_cell(scaled(mine, column) - scaled(its, column), column.digits);
  if (its <= 0) return {.value = "n/a (vanilla)"};  // of what is 0 or less there are no shares
  if (column.show == TableColumn::Show::change) return percent_cell(mine / its - 1);
  return number_cell(mine / its, column.digits);
}

std::size_t Measures::seeds(std::size_t row, const TableColumn& column) const {
  using Show = TableColumn::Show;
  const bool beside = column.show == Show::ratio || column.show == Show::difference || column.show == Show::change;
  const bool common = beside && !is_same_work(rows_.cells.rows[row]);
  return common ? beside_vanilla(row, column).mine.size() : count(row, column.metric);
}

TableCell Measures::cell(std::size_t row, const TableColumn& column) const {
  using Show = TableColumn::Show;
  const ConfigFacts& facts = rows_.cells.rows[row];
  switch (column.show) {
    case Show::kernel: return kernels(facts);
    case Show::name: return qualities_[row] ? TableCell{.value = qualities_[row]->metric} : nothing_cell();
    case Show::count:
      if (column.metric.empty()) return {.value = facts.done.size()};
      return count(row, column.metric) == 0 ? nothing_cell() : TableCell{.value = count(row, column.metric)};
    case Show::sd: {
      const std::vector<double> all = values(row, column.metric);
      const auto sd = all.empty() ? std::nullopt : standard_deviation(all);
      return sd ? TableCell{.value = scaled(*sd, column), .text = "± " + format_number(scaled(*sd, column), column.digits)}
                : nothing_cell();
    }
    case Show::interval: {
      auto interval = rows_.interval(row);
      if (interval) interval = Interval{scaled(interval->lo, column), scaled(interval->hi, column)};
      return interval_cell(interval, column.digits);
    }
    case Show::ratio_interval: {
      const auto ratio = beside_vanilla(row, column).why_not.empty() ? rows_.to_vanilla[row] : std::nullopt;
      return interval_cell(ratio ? ratio->interval : std::nullopt, column.digits);
    }
    case Show::ratio:
    case Show::difference:
    case Show::change: return against_vanilla(row, column);
    case Show::value: break;
  }
  if (column.metric == "parameters") {  // params: one layer, as planned
    const std::vector<double> of_model = facts.values("parameters");
    return count_cell(of_model.empty() ? facts.params : static_cast<std::int64_t>(of_model.front()));
  }
  if (is_impossible(facts, column.metric)) return {.value = "impossible"};
  if (const auto found = value(row, column)) return number_cell(scaled(*found, column), column.digits);
  const bool diverged = column.metric == "quality" ? qualities_[row].has_value() : !facts.not_finite(column.metric).empty();
  return diverged ? TableCell{.value = "n/a (not finite)"} : nothing_cell();
}

}  // namespace synthbench
