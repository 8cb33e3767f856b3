// make_plan: the file and what the command line says about it, expanded.
#include "harness/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ablations/expansion.h"
#include "ablations/grid.h"
#include "ablations/grid_override.h"
#include "harness/base/units.h"
#include "harness/base/words.h"
#include "harness/cell_filter.h"
#include "harness/fairness.h"
#include "harness/measure_settings.h"
#include "results/table.h"

namespace synthbench {
namespace {

class GridPlan final : public Plan {
 public:
  GridPlan(const Grid& grid, const PlanRequest& request) : expansion_(grid, request.smoke) {
    std::vector<Expansion::Sieve> sieves;
    add_filter(sieves, request.only, request.only_by, Truth::yes);
    add_filter(sieves, request.exclude, request.exclude_by, Truth::no);
    if (!request.shard.empty()) add_shard(sieves, request.shard, request.shard_by);
    expansion_.expand(sieves);
    take_counts();
    for (const Expansion::Axis& axis : expansion_.axes()) axes.push_back({axis.name, axis.values});
    for (const Expansion::Zip& zip : expansion_.zips()) zips.push_back({zip.name, zip.rows, zip.points});
    warnings = expansion_.warnings();
    const bool narrowed = !request.only.empty() || !request.exclude.empty();
    if (counts.cells == 0 && narrowed && counts.product + counts.included > 0) {
      warnings.emplace_back("no cell is left by --only and --exclude");
    }
    kind = join(expansion_.kinds(), ",");
  }

  /// Warns of cells that break the rule, or excludes them. What a cell is compared with may lie in another shard.
  void match(const MatchRule& rule, const Grid& grid, const PlanRequest& request) {
    std::unique_ptr<GridPlan> all;
    if (!request.shard.empty()) {
      PlanRequest whole = request;
      whole.shard.clear();
      all = std::make_unique<GridPlan>(grid, whole);
    }
    const std::vector<Unmatched> found = unmatched(*this, all ? *all : *this, rule);
    if (!rule.excludes) return warn_of(found, rule);
    for (const Unmatched& cell : found) expansion_.exclude(cell.index, "[match] " + cell.reason);
    take_counts();
  }

  std::int64_t size() const override { return expansion_.size(); }

  PlannedCell cell(std::int64_t index) const override {
    Expansion::Cell cell = expansion_.cell(index);
    PlannedCell planned{
        index + 1, std::move(cell.config), "", cell.seed, cell.excluded ? "excluded" : "pending", cell.excluded ? *cell.excluded : ""};
    planned.config_sha = planned.config.sha();
    return planned;
  }

  bool excluded(std::int64_t index) const override { return expansion_.excluded(index); }

  std::optional<ValueOrigin> origin(std::int64_t index, const std::string& key) const override {
    return expansion_.origin(index, key_index(key));
  }

 private:
  void take_counts() {
    const Expansion::Counts& counted = expansion_.counts();
    counts = {counted.product, counted.excluded, counted.duplicates, counted.included, counted.cells, 0};
    exclusions.clear();
    for (const Expansion::Dropped& dropped : expansion_.dropped()) {
      if (dropped.count > 0) exclusions.push_back({dropped.reason, dropped.count});
    }
    plan_sha = expansion_.sha();
  }

  /// One line for each variant, with the first of its differences.
  void warn_of(const std::vector<Unmatched>& found, const MatchRule& rule) {
    std::map<std::string, std::vector<const Unmatched*>> by_variant;
    for (const Unmatched& cell : found) by_variant[cell.variant].push_back(&cell);
    for (const auto& [variant, cells] : by_variant) {
      const bool alike =
          std::ranges::all_of(cells, [&first = *cells.front()](const Unmatched* cell) { return cell->reason == first.reason; });
      unequal_sizes.push_back(fmt::format("{} has {} ({}{} cell{})", variant, cells.front()->reason, alike ? "" : "and other differences, ",
                                          format_count(std::ssize(cells)), cells.size() == 1 ? "" : "s"));
      warnings.push_back(fmt::format("{}: [match] {}", describe(rule.place), unequal_sizes.back()));
    }
  }

  /// keeps: points for which the filter is this or, for --exclude, not true: an absent key excludes nothing.
  void add_filter(std::vector<Expansion::Sieve>& sieves, const std::string& expression, const std::string& flag, Truth keeps) {
    if (expression.empty()) return;
    const auto filter = std::make_shared<const CellFilter>(expression, flag);
    sieves.push_back({flag + " " + expression, [this, filter, keeps](const Point& resolved) {
                        return (filter->truth(expansion_, resolved) == Truth::yes) == (keeps == Truth::yes);
                      }});
  }

  /// By the hash of the config, so that a config stays in its shard however the file is written; all its seeds with it.
  void add_shard(std::vector<Expansion::Sieve>& sieves, const std::string& text, const std::string& by) {
    const Shard shard = parse_shard(text, by);
    sieves.push_back(
        {fmt::format("in another shard than {}/{}", shard.index, shard.count),
         [this, shard](const Point& resolved) { return expansion_.resolver().config_hash(resolved).high % shard.count == shard.index - 1; },
         false});
  }

  Expansion expansion_;
};

Grid grid_of(const PlanRequest& request) {
  Grid grid;
  if (!request.grid_path.empty()) return read_grid(request.grid_path);
  grid.name = request.name.empty() ? "bench" : request.name;
  return grid;
}

MeasureReader measure_of(const Grid& grid, const PlanRequest& request) {
  MeasureReader reader;
  const auto set = [&](const PlanRequest::Override& said) { reader.set({said.key, said.values, {said.where, 0, said.by}}); };
  for (const PlanRequest::Override& said : request.measure) {
    if (said.by < SaidBy::grid) set(said);
  }
  if (request.quick && request.quick_by < SaidBy::grid) reader.quick(request.quick_by);
  for (const Setting& setting : grid.measure) reader.set(setting);
  if (request.quick && request.quick_by > SaidBy::grid) reader.quick(request.quick_by);
  if (request.smoke) reader.smoke();
  for (const PlanRequest::Override& said : request.measure) {
    if (said.by > SaidBy::grid) set(said);
  }
  return reader;
}

/// A preset that does not exist is said before the run, not after it.
std::vector<std::string> tables_of(const Grid& grid) {
  std::vector<std::string> presets;
  for (const Setting& table : grid.tables) {
    const std::string& preset = presets.emplace_back(table.value.get<std::string>());
    if (is_table_file(preset) || tables().find(preset)) continue;
    fail(table.place, "[[table]] preset: " + unknown_word("table", preset, tables().names()));
  }
  return presets;
}

}  // namespace

std::vector<std::string> varied_keys(const Plan& plan) {
  std::vector<std::string> keys;
  for (const Plan::Axis& axis : plan.axes) {
    for (std::string& key : split(axis.name, ',')) {
      if (key == "tokens" || key == "train.batch_tokens") key = "batch";
      if (std::ranges::find(keys, key) == keys.end()) keys.push_back(std::move(key));
    }
  }
  return keys;
}

std::unique_ptr<Plan> make_plan(const PlanRequest& request) {
  Grid grid = grid_of(request);
  std::vector<std::string> warnings = grid.warnings;
  std::vector<PlanRequest::Override> overrides;  // without what the grid beats
  for (const PlanRequest::Override& said : request.overrides) {
    const SourceLine place{said.where, 0, said.by};
    if (said.by > SaidBy::grid) {
      override_key(grid, said.key, said.values, place, warnings);
    } else if (!default_key(grid, said.key, said.values, place)) {
      continue;
    }
    overrides.push_back(said);
  }
  const MeasureReader measure = measure_of(grid, request);
  const MatchRule match = match_rule(grid);

  auto plan = std::make_unique<GridPlan>(grid, request);
  if (match) plan->match(match, grid, request);
  plan->sweep = request.name.empty() ? grid.name : request.name;
  plan->spec_toml = grid.text;
  plan->measure = measure.settings();
  plan->measure_origins = measure.origins();
  plan->tables = tables_of(grid);
  plan->overrides = std::move(overrides);
  plan->smoke = request.smoke;
  plan->warnings.insert(plan->warnings.begin(), warnings.begin(), warnings.end());
  if (request.max_cells > 0 && plan->counts.cells > request.max_cells) {
    throw UserError(fmt::format("the plan has {} cells, more than --max-cells {} (raise it, or narrow the plan with --only)",
                                format_count(plan->counts.cells), format_count(request.max_cells)));
  }
  return plan;
}

}  // namespace synthbench
