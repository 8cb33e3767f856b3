#include "harness/stored_plan.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "harness/base/processors.h"
#include "harness/base/words.h"
#include "harness/config_row.h"
#include "harness/owner.h"
#include "results/words_of_sweeps.h"

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

}  // namespace

std::optional<std::int64_t> stored_sweep(const Plan& plan, Store& store) {
  const auto found = store.select("SELECT sweep_id FROM sweep WHERE name=?1 AND plan_sha=?2", {plan.sweep, plan.plan_sha});
  if (found.empty()) return std::nullopt;
  return found.front().at("sweep_id").get<std::int64_t>();
}

std::vector<EndedCell> cells_without_result(Store& store, std::int64_t sweep) {
  const auto rows = store.select(
      "SELECT config_sha, seed, state FROM cell JOIN config USING(config_id) WHERE sweep_id=?1 AND "
      "state NOT IN('pending','running','done','reused','excluded')",
      {sweep});
  std::vector<EndedCell> out;
  for (const OrderedJson& row : rows) out.push_back({row.at("config_sha"), row.at("seed"), row.at("state")});
  return out;
}

std::int64_t store_plan(const Plan& plan, Store& store, const RunOptions& options) {
  const std::string unequal = join(plan.unequal_sizes, "; ");
  if (const auto sweep = stored_sweep(plan, store)) {
    set_unmatched(store, *sweep, unequal);  // [match] may have come, changed or gone since
    if (options.force) {
      store.reopen(*sweep, {});
    } else if (!options.retry.empty()) {
      store.reopen(*sweep, options.retry);
    }
    return *sweep;
  }
  RowMaker rows(plan);
  const std::int64_t sweep = store.add_sweep({plan.sweep, plan.spec_toml, plan.plan_sha, options.argv}, plan.size(),
                                             [&](std::int64_t index) { return rows.row(index); });
  if (options.force) store.reopen(sweep, {});  // whoever continues it knows that earlier results do not count
  set_unmatched(store, sweep, unequal);
  return sweep;
}

Json way_of_measuring(const Plan& plan, const RunOptions& options) {
  Json way = to_json(plan.measure);
  const auto used = options.cpu_affinity.empty() ? allowed_processors().size() : options.cpu_affinity.size();
  if (used < static_cast<std::size_t>(::sysconf(_SC_NPROCESSORS_ONLN))) way["processors"] = used;
  return way;
}

bool knows_what_ran_out(const RunOptions& options) {
  return options.oom_backstop && !options.force && std::ranges::find(options.retry, "oom") == options.retry.end();
}

Backstop out_of_memory_before(Store& store, std::int64_t sweep, const std::string& build_sha, const std::string& env_sha,
                              std::int64_t memory_limit) {
  const auto rows = store.select(
      R"(SELECT ce.cell_id, c.canon_json FROM cell ce JOIN config c USING(config_id)
         WHERE ce.sweep_id=?4 AND ce.state='oom' AND EXISTS(
           SELECT 1 FROM attempt a JOIN build USING(build_id) JOIN env USING(env_id)
           WHERE a.cell_id=ce.cell_id AND a.outcome='oom' AND build_sha=?1 AND env_sha=?2
             AND (coalesce(a.volatile_json->>'$.memory_limit', 0)=0 OR a.volatile_json->>'$.memory_limit'>=?3 AND ?3>0))
         ORDER BY ce.cell_id)",
      {build_sha, env_sha, memory_limit, sweep});
  Backstop out;
  for (const OrderedJson& row : rows) {
    out.add(Config(Json::parse(row.at("canon_json").get_ref<const std::string&>())), row.at("cell_id"));
  }
  return out;
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
