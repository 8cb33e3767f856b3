#include "harness/stored_plan.h"

#include <utility>

#include "harness/config_row.h"
#include "harness/owner.h"

namespace synthbench {
namespace {

/// Rows of a plan, one at a time. Seeds share a config and its counts.
class RowMaker {
 public:
  explicit RowMaker(const Plan& plan) : plan_(plan) {}

  CellRow row(std::int64_t index) {
    PlannedCell planned = plan_.cell(index);
    CellRow row;
    const auto [counts, is_new] = counts_.try_emplace(planned.config_sha);
    if (is_new) counts->second = counts_of(planned.config);
    row.params = counts->second.parameters;
    row.flops = counts->second.flops;
    row.config = planned.config.json();
    row.config_sha = std::move(planned.config_sha);
    row.seed = planned.seed;
    row.ordinal = planned.ordinal;
    row.state = std::move(planned.state);
    row.reason = std::move(planned.reason);
    return row;
  }

 private:
  const Plan& plan_;
  std::unordered_map<std::string, ConfigCounts> counts_;
};

std::optional<std::int64_t> stored_sweep(const Plan& plan, Store& store) {
  const auto found = store.select("SELECT sweep_id FROM sweep WHERE name=?1 AND plan_sha=?2", {plan.sweep, plan.plan_sha});
  if (found.empty()) return std::nullopt;
  return found.front().at("sweep_id").get<std::int64_t>();
}

}  // namespace

std::int64_t store_plan(const Plan& plan, Store& store, const RunOptions& options) {
  if (const auto sweep = stored_sweep(plan, store)) {
    if (options.force) {
      store.reopen(*sweep, {});
    } else if (!options.retry.empty()) {
      store.reopen(*sweep, options.retry);
    }
    return *sweep;
  }
  RowMaker rows(plan);
  return store.add_sweep({plan.sweep, plan.spec_toml, plan.plan_sha, options.argv}, plan.size(),
                         [&](std::int64_t index) { return rows.row(index); });
}

void free_claims_of_the_dead(Store& store, std::int64_t sweep) {
  for (const OrderedJson& row : store.select("SELECT DISTINCT owner FROM cell WHERE sweep_id=?1 AND state='running'", {sweep})) {
    const auto owner = row.at("owner").get<std::string>();
    if (is_dead_here(owner)) store.heartbeat(owner, -1);  // its lease ran out a second ago
  }
}

std::map<std::string, std::int64_t> count_states(Store& store, std::int64_t sweep) {
  std::map<std::string, std::int64_t> states;
  for (const OrderedJson& row : store.select("SELECT state, count(*) AS cells FROM cell WHERE sweep_id=?1 GROUP BY state", {sweep})) {
    states[row.at("state").get<std::string>()] = row.at("cells").get<std::int64_t>();
  }
  return states;
}

void CellIndex::read(Store& store, std::int64_t sweep) {
  open_.clear();
  const auto open = store.select(
      "SELECT cell_id, config_sha, seed FROM cell JOIN config USING(config_id) WHERE sweep_id=?1 AND state IN('pending','running')",
      {sweep});
  for (const OrderedJson& row : open) {
    open_[key(row.at("config_sha").get<std::string>(), row.at("seed").get<std::int64_t>())] = row.at("cell_id").get<std::int64_t>();
  }
  total_ = 0;
  for (const auto& [state, cells] : count_states(store, sweep)) {
    if (state != "excluded") total_ += cells;
  }
}

std::optional<std::int64_t> CellIndex::open_cell(const std::string& config_sha, std::int64_t seed) const {
  const auto found = open_.find(key(config_sha, seed));
  if (found == open_.end()) return std::nullopt;
  return found->second;
}

}  // namespace synthbench
