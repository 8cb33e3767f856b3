#include "harness/outlook.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/groups.h"
#include "harness/provenance.h"
#include "harness/stored_plan.h"

namespace synthbench {
namespace {

std::string name_of(const std::string& config_sha, std::int64_t seed) { return config_sha + ":" + std::to_string(seed); }

}  // namespace

Outlook::Outlook(const Plan& plan, const RunOptions& options) {
  if (!std::filesystem::exists(options.db_path)) return;
  store_ = Store::open_to_read(options.db_path);
  const std::string machine = sha_of(this_machine());
  forecast_.emplace(*store_, machine, plan.measure);
  const std::string build = sha_of(this_build());
  const auto sweep = stored_sweep(plan, *store_);
  if (sweep && knows_what_ran_out(options)) ran_out_ = out_of_memory_before(*store_, *sweep, build, machine, options.memory_limit);
  if (options.force) return;
  const ReuseRule rule = {options.reuse, build, machine, way_of_measuring(plan, options)};
  if (sweep) {
    for (const EndedCell& cell : cells_without_result(*store_, *sweep)) {
      if (std::ranges::find(options.retry, cell.state) == options.retry.end()) states_[name_of(cell.config_sha, cell.seed)] = cell.state;
    }
  }
  for (const Store::SeededConfig& one : store_->results_that_count(sweep, rule)) {
    states_.try_emplace(name_of(one.config_sha, one.seed), "reused");
  }
}

std::string Outlook::state(const PlannedCell& cell) const {
  if (cell.state != "pending" || states_.empty()) return cell.state;
  const auto found = states_.find(name_of(cell.config_sha, cell.seed));
  return found == states_.end() ? cell.state : found->second;
}

std::optional<Forecast::Time> Outlook::time(const PlannedCell& cell) const {
  if (!forecast_ || !would_run(cell)) return std::nullopt;
  return forecast_->time(cell);
}

std::optional<std::string> Outlook::out_of_memory(const PlannedCell& cell) const {
  const auto earlier = would_run(cell) ? ran_out_.cell_for(cell.config) : std::nullopt;
  if (!earlier) return std::nullopt;
  return fmt::format("cell {} ran out of memory", *earlier);
}

Outlook::Totals Outlook::totals(const Plan& plan) const {
  Totals totals;
  totals.to_run = plan.counts.cells;
  if (knows_nothing()) return totals;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    if (plan.excluded(i)) continue;
    const PlannedCell cell = plan.cell(i);
    if (const std::string now = state(cell); now != "pending") {
      ++(now == "reused" ? totals.reused : totals.ended[now]);
      --totals.to_run;
      continue;
    }
    if (out_of_memory(cell)) {
      ++totals.out_of_memory;
      --totals.to_run;
      continue;
    }
    const auto predicted = time(cell);
    if (!predicted) continue;
    ++totals.predicted;
    totals.scaled += predicted->scaled ? 1 : 0;
    totals.seconds += predicted->seconds;
    totals.start_up += predicted->start_up;
  }
  return totals;
}

BudgetedPlan within_budget(const Plan& plan, const Outlook& outlook, RunOptions::Order order, double seconds) {
  BudgetedPlan budget;
  bool full = false;
  for (const Group& group : group_cells(plan, order, 0)) {
    for (const PlannedPlace& place : group.cells) {
      const PlannedCell cell = plan.cell(place.index);
      if (!outlook.would_run(cell) || outlook.out_of_memory(cell)) continue;
      const auto predicted = outlook.time(cell);
      if (!predicted) ++budget.unpredicted;
      if (predicted && budget.seconds + predicted->seconds > seconds) full = true;
      if (!predicted || full) {
        ++budget.remaining;
        continue;
      }
      budget.fit.push_back({place.index, predicted->seconds});
      budget.seconds += predicted->seconds;
    }
  }
  return budget;
}

}  // namespace synthbench
