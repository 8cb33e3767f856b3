// Main effects and two-way interactions of the axes of an ablation: what changing one key does to a metric while all others stay,
// and how much of that depends on another key. Differences are of logarithms, paired by config and seed, so an effect is a factor.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <map>
#include <set>

#include "harness/base/error.h"
#include "harness/base/plain_text.h"
#include "harness/base/words.h"
#include "results/significance.h"
#include "results/table_columns.h"
#include "results/table_notes.h"
#include "results/table_shapes.h"

namespace synthbench {
namespace {

using Levels = std::vector<std::string>;  ///< of the factors, in their order

/// A metric at one seed of a config.
struct Reading {
  double value = 0;
  const std::string* signature = nullptr;
  std::int64_t attempt = 0;
};

/// Paired differences of logarithms and where they come from.
struct Differences {
  std::vector<double> values;
  std::vector<std::int64_t> attempts;
  std::size_t otherwise = 0;  ///< that are left out: their sides were computed in several ways
};

/// A metric over configs as points of a grid of factors.
class Design {
 public:
  Design(const std::vector<ConfigFacts>& configs, std::string metric, const TableAxes& axes) : metric_(std::move(metric)) {
    for (const ConfigFacts& config : configs) {
      if (config.values(metric_).empty()) continue;
      configs_.push_back(&config);
    }
    find_factors(axes);
    levels_.resize(factors_.size());
    with_level_.resize(factors_.size());
    for (const ConfigFacts* config : configs_) {
      const Levels levels = levels_of(*config);
      grid_.try_emplace(levels, point_of(*config));
      for (std::size_t factor = 0; factor < factors_.size(); ++factor) {
        if (with_level_[factor].try_emplace(levels[factor]).second) levels_[factor].push_back(levels[factor]);
      }
    }
    for (Levels& levels : levels_) {
      const auto vanilla = std::ranges::find(levels, "vanilla");
      if (vanilla != levels.end()) std::rotate(levels.begin(), vanilla, vanilla + 1);
    }
    for (const auto& point : grid_) {
      for (std::size_t factor = 0; factor < factors_.size(); ++factor) with_level_[factor][point.first[factor]].push_back(&point);
    }
  }

  const std::vector<std::string>& factors() const { return factors_; }
  /// The first is the one that the others are compared with: vanilla, else the first of the plan.
  const Levels& levels(std::size_t factor) const { return levels_[factor]; }

  /// log of `level` over the factor's first level, everything else being equal.
  Differences main_effect(std::size_t factor, const std::string& level) const {
    Differences out;
    for (const auto* point : with_level_[factor].at(level)) {
      const Point* base = at(point->first, {{factor, levels_[factor].front()}});
      if (base != nullptr) add<2>(out, {&point->second, base});
    }
    return out;
  }

  /// How much the effect of one level differs where another factor has another level than its first.
  Differences interaction(std::size_t one, const std::string& level, std::size_t other, const std::string& its) const {
    Differences out;
    const auto &of_one = with_level_[one].at(level), &of_other = with_level_[other].at(its);
    for (const auto* point : of_one.size() < of_other.size() ? of_one : of_other) {
      const Levels& levels = point->first;
      if (levels[one] != level || levels[other] != its) continue;
      const Point* without_one = at(levels, {{one, levels_[one].front()}});
      const Point* without_other = at(levels, {{other, levels_[other].front()}});
      const Point* without_both = at(levels, {{one, levels_[one].front()}, {other, levels_[other].front()}});
      if (without_one != nullptr && without_other != nullptr && without_both != nullptr)
        add<4>(out, {&point->second, without_one, without_other, without_both});
    }
    return out;
  }

 private:
  using Point = std::map<std::int64_t, Reading>;  ///< by seed
  using Grid = std::map<Levels, Point>;

  /// Keys that every config has and that vary; the variant stands for the keys that are its own (rank ...).
  void find_factors(const TableAxes& axes) {
    for (const std::string& key : axes.columns) {
      std::set<std::string> values;
      bool everywhere = true;
      for (const ConfigFacts* config : configs_) {
        everywhere = everywhere && config->config.contains(key);
        if (config->config.contains(key)) values.insert(plain_text(config->config.at(key)));
      }
      if (values.size() < 2 && key != "variant") continue;
      (everywhere ? factors_ : own_).push_back(key);
    }
    if (own_.empty()) std::erase_if(factors_, [&](const std::string& key) { return key == "variant" && one_variant(); });
  }

  bool one_variant() const {
    return std::ranges::all_of(configs_,
                               [&](const ConfigFacts* config) { return config->text("variant") == configs_.front()->text("variant"); });
  }

  Point point_of(const ConfigFacts& config) const {
    Point out;
    for (const CellFacts& cell : config.done) {
      if (const FinalMetric* found = cell.metrics.find(metric_)) {
        out[cell.seed] = {found->value, &found->definition->signature, cell.attempt};
      }
    }
    return out;
  }

  Levels levels_of(const ConfigFacts& config) const {
    Levels out;
    for (const std::string& factor : factors_) {
      std::string level = plain_text(config.config.at(factor));
      if (factor == "variant") {
        for (const std::string& key : own_) {
          if (config.config.contains(key)) level += fmt::format(" {} {}", key, plain_text(config.config.at(key)));
        }
      }
      out.push_back(std::move(level));
    }
    out.push_back(fmt::format("{} {}", config.build, config.env));  // no factor: only equals are compared
    return out;
  }

  const Point* at(Levels levels, const std::vector<std::pair<std::size_t, std::string>>& changed) const {
    for (const auto& [factor, level] : changed) levels[factor] = level;
    const auto found = grid_.find(levels);
    return found == grid_.end() ? nullptr : &found->second;
  }

  /// + of the first, - of the second and third, + of the fourth; for each seed that all have, computed in one way.
  template <std::size_t count>
  static void add(Differences& to, const std::array<const Point*, count>& points) {
    constexpr double kSigns[] = {1, -1, -1, 1};
    for (const auto& [seed, first] : *points.front()) {
      double sum = 0;
      bool all = true, alike = true;
      std::array<std::int64_t, count> attempts{};
      for (std::size_t i = 0; i < count; ++i) {
        const auto found = points[i]->find(seed);
        all = found != points[i]->end() && found->second.value > 0;
        if (!all) break;
        alike = alike && *found->second.signature == *first.signature;
        sum += kSigns[i] * std::log(found->second.value);
        attempts[i] = found->second.attempt;
      }
      if (!all) continue;
      if (!alike) {
        ++to.otherwise;
        continue;
      }
      to.values.push_back(sum);
      to.attempts.insert(to.attempts.end(), attempts.begin(), attempts.end());
    }
  }

  std::string metric_;
  std::vector<const ConfigFacts*> configs_;
  std::vector<std::string> factors_, own_;
  std::vector<Levels> levels_;
  Grid grid_;
  std::vector<std::map<std::string, std::vector<const Grid::value_type*>>> with_level_;  ///< by factor and level
};

/// Whether the rows with a metric were measured by several builds or on several machines.
bool is_mixed(const std::vector<ConfigFacts>& rows, const std::string& metric) {
  std::set<std::pair<std::int64_t, std::int64_t>> places;
  for (const ConfigFacts& row : rows) {
    for (const CellFacts& cell : row.done) {
      if (cell.metrics.contains(metric)) places.emplace(cell.build, cell.env);
    }
  }
  return places.size() > 1;
}

double percent(double log) { return 100 * std::expm1(log); }

/// A line before Holm: the p value follows for all lines together.
struct Effect {
  std::vector<TableCell> cells;
  std::optional<double> p;
};

/// The lines of a table, and how many pairs are in none of them because their sides were computed in several ways, by metric and factor.
struct Effects {
  std::vector<Effect> lines;
  std::map<std::string, std::map<std::string, std::size_t>> otherwise;
};

void add_effect(Effects& to, const std::string& metric, const std::string& factor, const std::string& level, const std::string& against,
                Differences found) {
  if (found.otherwise > 0) to.otherwise[metric][factor] += found.otherwise;
  if (found.values.empty()) return;
  const double middle = mean(found.values);
  auto interval = t_interval(found.values);
  if (interval) interval = Interval{percent(interval->lo), percent(interval->hi)};
  const auto test = paired_t(found.values);
  Effect effect{{{.value = metric},
                 {.value = factor},
                 {.value = level},
                 {.value = against},
                 {.value = percent(middle), .text = fmt::format("{:+.1f} %", percent(middle))},
                 interval_cell(interval, 3),
                 {.value = found.values.size()}},
                test ? std::optional(test->p) : std::nullopt};
  std::ranges::sort(found.attempts);
  found.attempts.erase(std::unique(found.attempts.begin(), found.attempts.end()), found.attempts.end());
  for (TableCell& cell : effect.cells) cell.attempts = found.attempts;
  to.lines.push_back(std::move(effect));
}

void add_effects(Effects& to, const Design& design, const std::string& metric) {
  const auto& factors = design.factors();
  for (std::size_t one = 0; one < factors.size(); ++one) {
    for (const std::string& level : design.levels(one)) {
      if (level == design.levels(one).front()) continue;
      add_effect(to, metric, factors[one], level, design.levels(one).front(), design.main_effect(one, level));
    }
  }
  for (std::size_t one = 0; one < factors.size(); ++one) {
    for (std::size_t other = one + 1; other < factors.size(); ++other) {
      for (const std::string& level : design.levels(one)) {
        for (const std::string& its : design.levels(other)) {
          if (level == design.levels(one).front() || its == design.levels(other).front()) continue;
          add_effect(to, metric, factors[one] + " x " + factors[other], level + " x " + its,
                     design.levels(one).front() + " x " + design.levels(other).front(), design.interaction(one, level, other, its));
        }
      }
    }
  }
}

/// "ppl: pairs that were computed in several ways are left out: 6 of data.tokenizer, 12 of variant x data.tokenizer"
std::string otherwise_note(const std::string& metric, const std::map<std::string, std::size_t>& pairs) {
  std::vector<std::string> parts;
  for (const auto& [factor, count] : pairs) parts.push_back(fmt::format("{} of {}", count, factor));
  return fmt::format("{}: pairs that were computed in several ways are left out: {}", metric, join(parts));
}

}  // namespace

Table table_of_effects(Store& store, const TableSpec& spec, const TableOptions& options) {
  TableOptions what = options;
  const std::vector<std::string> shown = metrics_of(spec.columns);
  what.metrics = metrics_to_read(shown);
  const Timings rows = read_rows(store, what, spec.kinds, spec.one_place);
  Effects effects;
  std::vector<std::string> left_out;
  for (const TableColumn& column : spec.columns) {
    if (column.one_place && !options.across_env && is_mixed(rows.cells.rows, column.metric)) {
      left_out.push_back(column.metric + " is left out: times of several builds or machines are not mixed (--across-env keeps them apart)");
      continue;
    }
    std::set<std::string> metrics;
    for (const ConfigFacts& row : rows.cells.rows) {
      if (column.metric != "quality") {
        metrics.insert(column.metric);
      } else if (const auto quality = quality_of(row)) {
        metrics.insert(quality->metric);
      }
    }
    for (const std::string& metric : metrics) add_effects(effects, Design(rows.cells.rows, metric, rows.axes), metric);
  }
  if (effects.lines.empty()) {
    const char* what_lacks = effects.otherwise.empty() ? "two configs that differ in one key are needed"
                                                       : "those that differ in one key were computed in several ways";
    throw NothingDone(fmt::format("no cells for this table: {} ({})", spec.caption, what_lacks));
  }
  std::vector<double> p;
  for (const Effect& effect : effects.lines) {
    if (effect.p) p.push_back(*effect.p);
  }
  const std::vector<double> corrected = holm(p);
  Table table{.caption = spec.caption + "; " + rows.axes.constants,
              .columns = {"metric", "factor", "level", "against", "effect_percent", "interval_percent", "n", "p_holm"},
              .rows = {},
              .notes = notes_under(store, rows.cells, rows.axes, shown)};
  auto next = corrected.begin();
  for (Effect& effect : effects.lines) {
    effect.cells.push_back(effect.p ? number_cell(*next++, 2) : nothing_cell());
    effect.cells.back().attempts = effect.cells.front().attempts;
    table.rows.push_back(std::move(effect.cells));
  }
  table.notes.emplace_back(
      "effect: change of the metric from `against` to `level`, geometric mean over n pairs of equal configs and seeds");
  table.notes.emplace_back(
      "a x b: how much the effect of a differs from what it is at b's first level; 0 % means that they do not depend on each other");
  table.notes.push_back(fmt::format("intervals: 95 %, by Student's t; p_holm: of no effect, Holm-corrected over {} lines", p.size()));
  for (const auto& [metric, pairs] : effects.otherwise) table.notes.push_back(otherwise_note(metric, pairs));
  std::ranges::copy(left_out, std::back_inserter(table.notes));
  std::ranges::copy(spec.notes, std::back_inserter(table.notes));
  return table;
}

}  // namespace synthbench
