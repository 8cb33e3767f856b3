#include "harness/outlook.h"

#include <filesystem>

#include "harness/groups.h"
#include "harness/provenance.h"

namespace synthbench {

Outlook::Outlook(const std::string& db_path, Reuse how, const MeasureSettings& measure) {
  if (!std::filesystem::exists(db_path)) return;
  store_ = Store::open_to_read(db_path);
  const ReuseRule rule = {how, sha_of(this_build()), sha_of(this_machine()), to_json(measure)};
  counts_ = store_->reuse_lookup(rule);
  forecast_.emplace(*store_, rule.env_sha, measure);
}

bool Outlook::reused(const PlannedCell& cell) const { return store_ && cell.state == "pending" && counts_(cell.config_sha, cell.seed); }

std::optional<Forecast::Time> Outlook::time(const PlannedCell& cell) const {
  if (!forecast_ || cell.state != "pending") return std::nullopt;
  return forecast_->time(cell);
}

std::optional<std::string> Outlook::out_of_memory(const PlannedCell& cell) const {
  if (!forecast_ || cell.state != "pending") return std::nullopt;
  return forecast_->out_of_memory(cell.config);
}

Outlook::Totals Outlook::totals(const Plan& plan) const {
  Totals totals;
  totals.to_run = plan.counts.cells;
  if (knows_nothing()) return totals;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    if (plan.excluded(i)) continue;
    const PlannedCell cell = plan.cell(i);
    if (reused(cell)) {
      ++totals.reused;
      --totals.to_run;
      continue;
    }
    if (out_of_memory(cell)) ++totals.out_of_memory;
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
      if (outlook.reused(cell)) continue;
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
