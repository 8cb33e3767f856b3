#include "results/table_cells.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/cell_metrics.h"
#include "results/cells_of_build.h"
#include "results/query.h"
#include "results/settle.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

struct Selected {
  std::string condition;
  std::vector<Json> parameters;
};

/// SQL on `ce` (cell) and `c` (config) for what the options select.
Selected selected(Store& store, const TableOptions& options, const std::vector<std::string>& kinds) {
  Selected out;
  if (!options.filter.empty()) {
    Where where = where_of(parse_filter(options.filter, result_columns(store)));
    out.condition = "ce.cell_id IN (SELECT cell_id FROM v_result WHERE " + where.sql + ") AND ";
    out.parameters = std::move(where.parameters);
  }
  out.parameters.emplace_back(kinds);
  out.condition += fmt::format("c.kind IN (SELECT value FROM json_each(?{}))", out.parameters.size());
  if (options.sweep) {
    out.parameters.emplace_back(*options.sweep);
    out.condition += fmt::format(" AND ce.sweep_id = ?{}", out.parameters.size());
  } else {  // what other programs measured (llama_bench.h) was checked against nothing: it is shown where its sweep is named
    out.condition += " AND c.config_id NOT IN (SELECT config_id FROM config_param WHERE path='source')";
  }
  return out;
}

/// A statement with its parameters bound. Rows by position: a table may speak of 200,000 cells.
Statement bound(Store& store, const std::string& sql, const std::vector<Json>& parameters) {
  Statement statement = dynamic_cast<SqliteStore&>(store).database().prepare(sql);
  for (std::size_t i = 0; i < parameters.size(); ++i) statement.bind_json(static_cast<int>(i) + 1, parameters[i]);
  return statement;
}

/// The columns of kCells.
CellFacts facts_of(const Statement& row) {
  CellFacts facts;
  facts.cell = row.integer(0);
  facts.seed = row.integer(1);
  facts.config = row.integer(2);
  facts.attempt = row.integer(3);
  facts.build = row.integer(4);
  facts.env = row.integer(5);
  facts.kernel = row.text(6);
  facts.kernel_label = row.text(7);
  facts.noisy = row.integer(8) != 0;
  facts.ended_at = row.text(9);
  facts.attempt_uid = row.text(10);
  facts.state = row.text(11);
  facts.reason = row.text(12);
  return facts;
}

bool has_result(const CellFacts& cell) { return cell.state == "done" || cell.state == "reused"; }

/// A result beats none, a run beats an exclusion, the attempt that ended later beats the earlier one: numbers of rows, which follow
/// the order of merging, speak last.
auto weight(const CellFacts& cell) {
  return std::tuple(has_result(cell), cell.state != "excluded", cell.attempt != 0, std::string_view(cell.ended_at),
                    std::string_view(cell.attempt_uid), std::string_view(cell.state), std::string_view(cell.reason), cell.cell);
}

/// What is read of each cell `ce` with its config `c` and the attempt `a` that speaks for it; state, reason, sweep and ordinal follow.
const std::string kCells =
    R"(SELECT ce.cell_id, ce.seed, ce.config_id,
              coalesce(a.attempt_id, 0) attempt_id, coalesce(a.build_id, 0) build_id, coalesce(a.env_id, 0) env_id,
              coalesce(a.kernel, '') kernel, coalesce(a.kernel_label, '') kernel_label, coalesce(a.noisy, 0) noisy,
              coalesce(a.ended_at, '') ended_at, coalesce(a.attempt_uid, '') attempt_uid, )";

/// row: a statement with config_sha, canon_json and params of the config with the number ?1.
void read_config(Statement& row, std::int64_t config, ConfigFacts& to) {
  row.bind(config).step();
  to.config_sha = row.text(0);
  to.config = Json::parse(row.text(1));
  to.params = row.integer(2);
}

/// By seed, of each the one that weighs most, of equals the first.
void keep_one_per_seed(std::vector<CellFacts>& cells) {
  if (!std::ranges::is_sorted(cells, {}, &CellFacts::seed)) std::ranges::stable_sort(cells, {}, &CellFacts::seed);
  auto kept = cells.begin();
  for (auto next = cells.begin(); next != cells.end(); ++next) {
    if (next == kept) continue;
    if (next->seed != kept->seed) {
      if (++kept != next) *kept = std::move(*next);
    } else if (weight(*kept) < weight(*next)) {
      *kept = std::move(*next);
    }
  }
  if (!cells.empty()) cells.erase(kept + 1, cells.end());
}

/// cells: a statement with the columns of facts_of. metrics: empty: all.
CellSet gather(Store& store, Statement cells, bool apart, Exclusions exclusions, const std::vector<std::string>& metrics) {
  using Place = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // config, build, machine
  struct Row {
    ConfigFacts facts;
    std::vector<CellFacts> cells;
  };
  std::map<Place, Row> rows;
  auto here = rows.end();
  std::size_t most = 1;  // of few: a row of thousands says nothing of the next
  while (cells.step()) {
    CellFacts facts = facts_of(cells);
    const bool placed = apart && facts.attempt != 0;
    const Place place(facts.config, placed ? facts.build : 0, placed ? facts.env : 0);
    if (here == rows.end() || here->first != place) here = rows.try_emplace(place).first;  // cells come by config
    Row& row = here->second;
    const std::pair planned(cells.integer(13), cells.integer(14));
    if (row.cells.empty()) {
      row.facts.planned = planned;
      row.facts.build = std::get<1>(place);
      row.facts.env = std::get<2>(place);
      row.cells.reserve(most);  // configs have as many seeds as their neighbours
    }
    row.facts.planned = std::min(row.facts.planned, planned);
    row.cells.push_back(std::move(facts));
    most = std::max(most, std::min<std::size_t>(row.cells.size(), 16));
  }
  CellSet out;
  Statement config = bound(store, "SELECT config_sha, canon_json, params FROM config WHERE config_id=?1", {});
  for (auto& [place, row] : rows) {
    keep_one_per_seed(row.cells);
    const auto others = std::stable_partition(row.cells.begin(), row.cells.end(), has_result);
    for (auto facts = others; facts != row.cells.end(); ++facts) {
      const bool left_out = facts->state == "excluded" && exclusions == Exclusions::apart;
      (left_out ? out.excluded : row.facts.missing).push_back(std::move(*facts));
    }
    row.cells.erase(others, row.cells.end());
    row.facts.done = std::move(row.cells);  // mostly all: of 200,000 cells each copy is felt
    if (row.facts.done.empty() && row.facts.missing.empty()) continue;
    read_config(config, std::get<0>(place), row.facts);
    out.rows.push_back(std::move(row.facts));
  }
  std::ranges::stable_sort(out.rows, {}, &ConfigFacts::planned);  // in SQL it would take as long as all the rest of the statement
  read_metrics(store, out, metrics);
  return out;
}

}  // namespace

CellSet read_cells(Store& store, const TableOptions& options, const std::vector<std::string>& kinds, bool apart, Exclusions exclusions) {
  const Selected what = selected(store, options, kinds);
  // Without a result the latest attempt says on which build and machine a cell met its end.
  Statement cells = bound(store,
                          kCells + R"(ce.state, ce.reason, ce.sweep_id, ce.ordinal
         FROM cell ce JOIN config c USING(config_id)
         LEFT JOIN attempt a ON a.attempt_id=coalesce(ce.result_attempt_id, )" +
                              kLatestAttempt + ") WHERE " + what.condition,
                          what.parameters);
  return gather(store, std::move(cells), apart, exclusions, options.metrics);
}

CellSet cells_of_build(Store& store, const TableOptions& options, const std::vector<std::string>& kinds, std::int64_t build,
                       std::optional<std::int64_t> env, const std::string& until) {
  Selected what = selected(store, options, kinds);
  what.parameters.emplace_back(build);
  what.parameters.emplace_back(env ? Json(*env) : Json(nullptr));
  const std::size_t last = what.parameters.size();
  const std::string here = fmt::format("h.build_id=?{} AND (?{} IS NULL OR h.env_id=?{})", last - 1, last, last);
  if (!until.empty()) what.parameters.emplace_back(until);
  const std::string by_then = until.empty() ? "" : " AND " + ended_by("h.ended_at", fmt::format("?{}", last + 1));
  const std::string own_first =
      options.sweep
          ? fmt::format("d.sweep_id={0} OR h.attempt_id IN(SELECT result_attempt_id FROM cell WHERE sweep_id={0}) DESC, ", *options.sweep)
          : "";
  // Reused results and earlier attempts belong to other cells of the same config and seed, or to no cell any more.
  const std::string tried =
      "SELECT d.config_id, d.seed, h.attempt_id, row_number() OVER (PARTITION BY d.config_id, d.seed "
      "ORDER BY h.outcome='done' DESC, " +
      own_first + "h.ended_at DESC, h.attempt_uid DESC) AS place FROM attempt h JOIN cell d USING(cell_id) WHERE " + here + by_then +
      " AND h.outcome NOT IN('running', 'abandoned')";
  // What a grid left out, or an earlier cell spared, has its end without an attempt: in the sweeps of this build it is the build's.
  const std::string ended_untried =
      R"((ce.state='excluded' OR (ce.state='oom' AND NOT EXISTS(SELECT 1 FROM attempt o WHERE o.cell_id=ce.cell_id)))
         AND ce.sweep_id IN (SELECT d.sweep_id FROM attempt h JOIN cell d USING(cell_id) WHERE )" +
      here + " UNION SELECT d.sweep_id FROM cell d JOIN attempt h ON h.attempt_id=d.result_attempt_id WHERE " + here + ")";
  Statement cells = bound(store,
                          kCells + R"(coalesce(a.outcome, ce.state) AS state,
              CASE WHEN a.attempt_id IS NULL THEN ce.reason ELSE a.error_msg END AS reason, ce.sweep_id, ce.ordinal
         FROM cell ce JOIN config c USING(config_id)
         LEFT JOIN ()" + tried +
                              R"() tried ON tried.config_id=ce.config_id AND tried.seed=ce.seed AND tried.place=1
         LEFT JOIN attempt a ON a.attempt_id=tried.attempt_id
         WHERE )" + what.condition +
                              " AND (a.attempt_id IS NOT NULL OR (" + ended_untried + "))",
                          what.parameters);
  return gather(store, std::move(cells), false, Exclusions::missing, options.metrics);
}

CellSet cells_of_attempt(Store& store, std::int64_t attempt) {
  Statement cells = bound(store, kCells + R"(a.outcome AS state, a.error_msg AS reason, ce.sweep_id, ce.ordinal
         FROM attempt a JOIN cell ce USING(cell_id) JOIN config c USING(config_id) WHERE a.attempt_id=?1)",
                          {attempt});
  CellSet found = gather(store, std::move(cells), true, Exclusions::apart, {});
  if (found.rows.empty()) throw UserError(fmt::format("no attempt a{}", attempt));
  return found;
}

void keep_cells(Store& store, CellSet& cells, const std::function<bool(const Json& config)>& wanted) {
  std::erase_if(cells.rows, [&](const ConfigFacts& row) { return !wanted(row.config); });
  choose_ways(cells.rows);
  std::set<std::int64_t> configs;  // seeds share them
  for (const CellFacts& cell : cells.excluded) configs.insert(cell.config);
  Statement row = bound(store, "SELECT config_id, canon_json FROM json_each(?1) CROSS JOIN config ON config_id=json_each.value",
                        {Json(configs).dump()});
  std::set<std::int64_t> kept;
  while (row.step()) {
    if (wanted(Json::parse(row.text(1)))) kept.insert(row.integer(0));
  }
  std::erase_if(cells.excluded, [&](const CellFacts& cell) { return !kept.contains(cell.config); });
}

std::vector<std::pair<std::int64_t, std::int64_t>> places_of(const CellSet& cells) {
  std::set<std::pair<std::int64_t, std::int64_t>> places;
  std::pair<std::int64_t, std::int64_t> last;
  for (const ConfigFacts& row : cells.rows) {
    for (const CellFacts& cell : row.done) {
      if (const std::pair place(cell.build, cell.env); places.empty() || last != place) last = *places.insert(place).first;
    }
  }
  return {places.begin(), places.end()};
}

void refuse_mixed_places(Store& store, const CellSet& cells) {
  const auto places = places_of(cells);
  if (places.size() < 2) return;
  std::set<std::string> names;
  for (const auto& [build, env] : places) {
    const auto row = store.select(
        "SELECT substr(git_sha, 1, 7) || ' (' || substr(build_sha, 1, 7) || ', ' || compiler || ') on ' || host || "
        "' (' || cpu || ')' AS place FROM build, env WHERE build_id=? AND env_id=?",
        {build, env});
    for (const auto& place : row) names.insert(place["place"]);
  }
  const std::vector<std::string> listed(names.begin(), names.end());
  throw UserError(
      fmt::format("times of {} builds or machines would stand in one table: build {}; choose one sweep or a filter, "
                  "or print them side by side with --across-env",
                  places.size(), join(listed, "; build ")));
}

std::vector<std::ptrdiff_t> vanilla_rows(const std::vector<ConfigFacts>& rows) {
  // What a vanilla config says, its variant aside, has to be said by the other one too; what only the other one has (rank,
  // mixing ...) belongs to its variant.
  std::map<std::vector<std::string>, std::map<std::string, std::ptrdiff_t>> vanillas;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].text("variant") != "vanilla") continue;
    const auto keys = keys_beside_variant(rows[i].config);
    vanillas[keys].emplace(projected(rows[i], keys), static_cast<std::ptrdiff_t>(i));
  }
  std::vector<std::ptrdiff_t> out;
  for (const ConfigFacts& row : rows) {
    std::ptrdiff_t index = -1;
    for (const auto& [keys, by_value] : vanillas) {
      const auto found = by_value.find(projected(row, keys));
      if (found != by_value.end()) index = found->second;
    }
    out.push_back(index);
  }
  return out;
}

std::uint64_t bootstrap_seed(const ConfigFacts& row) {
  return std::stoull(row.config_sha.substr(0, 15), nullptr, 16) + static_cast<std::uint64_t>(row.build * 31 + row.env);
}

}  // namespace synthbench
