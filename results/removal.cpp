#include "results/removal.h"

#include <fmt/format.h>

#include <set>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/cells_of_build.h"
#include "results/clock.h"
#include "results/row_id.h"
#include "results/settle.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

std::vector<std::int64_t> ids_of(Store& store, const std::string& sql, const std::vector<Json>& parameters) {
  std::vector<std::int64_t> out;
  for (const OrderedJson& row : store.select(sql, parameters)) out.push_back(row.begin().value());
  return out;
}

/// Ids by kind, each once; all of them are there.
struct Wanted {
  std::set<std::int64_t> sweeps, cells, attempts;
};

Wanted wanted_of(Store& store, const std::vector<std::string>& ids) {
  Wanted wanted;
  for (const std::string& text : ids) {
    const RowId id = parse_row_id(text);
    const char* const sql = id.kind == 's'   ? "SELECT sweep_id FROM sweep WHERE sweep_id=?1"
                            : id.kind == 'c' ? "SELECT cell_id FROM cell WHERE cell_id=?1"
                                             : "SELECT attempt_id FROM attempt WHERE attempt_id=?1";
    if (store.select(sql, {id.number}).empty()) throw UserError(fmt::format("there is no {} to remove", text));
    (id.kind == 's' ? wanted.sweeps : id.kind == 'c' ? wanted.cells : wanted.attempts).insert(id.number);
  }
  return wanted;
}

void refuse_what_runs(Store& store, const Json& attempts) {
  const auto running = store.select(
      R"(SELECT ce.cell_id FROM cell ce JOIN attempt a USING(cell_id) JOIN json_each(?1) ON a.attempt_id=json_each.value
         WHERE ce.state='running' AND ce.lease_until>=?2 LIMIT 1)",
      {attempts, seconds_now()});
  if (!running.empty()) throw UserError(fmt::format("c{} is being run: stop that run first", running.front()["cell_id"].dump()));
}

void refuse_what_is_reused(Store& store, const Json& cells, const Json& attempts) {
  const auto others = store.select(
      R"(SELECT s.sweep_id, s.name, o.sweep_id AS owner, count(*) AS n FROM json_each(?1)
         JOIN cell ce ON ce.result_attempt_id=json_each.value JOIN sweep s USING(sweep_id)
         JOIN attempt a ON a.attempt_id=json_each.value JOIN cell o ON o.cell_id=a.cell_id
         WHERE ce.state='reused' AND ce.cell_id NOT IN(SELECT value FROM json_each(?2)) GROUP BY s.sweep_id, o.sweep_id LIMIT 1)",
      {attempts, cells});
  if (others.empty()) return;
  const OrderedJson& other = others.front();
  throw UserError(fmt::format("s{} holds results that sweep s{} ({}) reuses (cells: {}): remove that one first, or both at once",
                              other["owner"].dump(), other["sweep_id"].dump(), other["name"].get<std::string>(), other["n"].dump()));
}

/// A baseline without its sweep, or some of its attempts, is another one. What other builds and machines measured is none of it, nor what
/// ended after it was saved.
void refuse_baselines(Store& store, const Wanted& wanted) {
  const auto named = store.select(
      R"(SELECT b.name, b.sweep_id, w.id FROM baseline b JOIN (
           SELECT 's' || sweep_id AS id, sweep_id, NULL AS build_id, NULL AS env_id, NULL AS ended_at FROM sweep
           WHERE sweep_id IN(SELECT value FROM json_each(?1)) UNION ALL
           SELECT 'c' || ce.cell_id, ce.sweep_id, a.build_id, a.env_id, a.ended_at FROM cell ce
           JOIN attempt a ON a.cell_id=ce.cell_id OR a.attempt_id=ce.result_attempt_id  -- one that is reused has no attempt of its own
           WHERE ce.cell_id IN(SELECT value FROM json_each(?2)) UNION ALL
           SELECT 'a' || attempt_id, sweep_id, build_id, env_id, ended_at FROM attempt JOIN cell USING(cell_id)
           WHERE attempt_id IN(SELECT value FROM json_each(?3))
         ) w ON w.sweep_id=b.sweep_id AND (b.build_id IS NULL OR w.build_id IS NULL OR w.build_id=b.build_id)
                                      AND (b.env_id IS NULL OR w.env_id IS NULL OR w.env_id=b.env_id) AND )" +
          ended_by("w.ended_at", "b.created_at") + " ORDER BY b.name, w.id LIMIT 1",
      {Json(wanted.sweeps).dump(), Json(wanted.cells).dump(), Json(wanted.attempts).dump()});
  if (named.empty()) return;
  const std::string name = named.front()["name"], id = named.front()["id"], sweep = "s" + named.front()["sweep_id"].dump();
  throw UserError(fmt::format("{} is {}what baseline '{}' names: synthbench baseline rm {}", id,
                              id == sweep ? "" : "part of " + sweep + ", ", name, shell_word(name)));
}

}  // namespace

Removal removal_of(Store& store, const std::vector<std::string>& ids) {
  const Wanted wanted = wanted_of(store, ids);
  const Json sweeps = Json(wanted.sweeps).dump();
  Removal out;
  out.sweeps.assign(wanted.sweeps.begin(), wanted.sweeps.end());
  out.cells = ids_of(store,
                     R"(SELECT cell_id FROM cell WHERE sweep_id IN(SELECT value FROM json_each(?1))
                        UNION SELECT value FROM json_each(?2) ORDER BY 1)",
                     {sweeps, Json(wanted.cells).dump()});
  const Json cells = Json(out.cells).dump();
  out.attempts = ids_of(store,
                        R"(SELECT attempt_id FROM attempt WHERE cell_id IN(SELECT value FROM json_each(?1))
                           UNION SELECT value FROM json_each(?2) ORDER BY 1)",
                        {cells, Json(wanted.attempts).dump()});
  const Json attempts = Json(out.attempts).dump();
  refuse_what_runs(store, attempts);
  refuse_what_is_reused(store, cells, attempts);
  refuse_baselines(store, wanted);
  out.bereft = ids_of(store,
                      R"(SELECT DISTINCT cell_id FROM attempt JOIN json_each(?1) ON attempt_id=json_each.value JOIN cell USING(cell_id)
                         WHERE state NOT IN('pending','reused') AND cell_id NOT IN(SELECT value FROM json_each(?2)))",
                      {attempts, cells});
  for (const OrderedJson& row :
       store.select("SELECT attempt_uid FROM attempt JOIN json_each(?1) ON attempt_id=json_each.value", {attempts})) {
    out.uids.push_back(row["attempt_uid"]);
  }
  for (const OrderedJson& row :
       store.select(R"(SELECT DISTINCT path FROM artifact WHERE attempt_id IN(SELECT value FROM json_each(?1)) EXCEPT
                       SELECT path FROM artifact WHERE attempt_id NOT IN(SELECT value FROM json_each(?1)))",
                    {attempts})) {
    out.artifacts.push_back(row["path"]);
  }
  const OrderedJson counts =
      store
          .select(
              R"(SELECT (SELECT count(*) FROM metric WHERE attempt_id IN(SELECT value FROM json_each(?1))) AS metrics,
                                               (SELECT count(*) FROM sample WHERE attempt_id IN(SELECT value FROM json_each(?1))) AS samples)",
              {attempts})
          .at(0);
  out.metrics = counts["metrics"];
  out.samples = counts["samples"];
  return out;
}

Removal remove_results(Store& store, const std::vector<std::string>& ids, const std::function<void(const Removal&)>& afterwards) {
  Removal removal;
  const auto remove = [&](const Connection& database) {
    removal = removal_of(store, ids);
    const auto each = [&](const char* sql, const std::vector<std::int64_t>& numbers) {
      Statement statement = database.prepare(sql);
      for (const std::int64_t number : numbers) statement.run(number);
    };
    for (const auto& cells : {removal.cells, removal.bereft}) {
      each("UPDATE cell SET state='pending', reason='', owner=NULL, lease_until=NULL, result_attempt_id=NULL WHERE cell_id=?", cells);
    }
    each("DELETE FROM attempt WHERE attempt_id=?", removal.attempts);
    each("DELETE FROM cell WHERE cell_id=?", removal.cells);
    each("DELETE FROM sweep WHERE sweep_id=?", removal.sweeps);
    for (const std::int64_t cell : removal.bereft) settle_cell(database, cell);
  };
  dynamic_cast<SqliteStore&>(store).write(remove, [&] { afterwards(removal); });
  return removal;
}

Garbage garbage_of(Store& store) {
  const OrderedJson row =
      store
          .select(
              R"(SELECT (SELECT count(*) FROM config c WHERE NOT EXISTS(SELECT 1 FROM cell WHERE config_id=c.config_id)) AS configs,
                                            (SELECT count(*) FROM metric_def d WHERE NOT EXISTS(SELECT 1 FROM metric WHERE metric_id=d.metric_id)
                                              AND NOT EXISTS(SELECT 1 FROM example_score WHERE metric_id=d.metric_id)) AS metric_defs)")
          .at(0);
  return {row["configs"], row["metric_defs"]};
}

Garbage collect_garbage(Store& store, const std::function<void()>& afterwards) {
  Garbage gone;
  const auto collect = [&](const Connection& database) {
    gone.configs = database.prepare("DELETE FROM config WHERE NOT EXISTS(SELECT 1 FROM cell WHERE cell.config_id=config.config_id)").run();
    gone.metric_defs = database
                           .prepare(
                               R"(DELETE FROM metric_def WHERE NOT EXISTS(SELECT 1 FROM metric WHERE metric.metric_id=metric_def.metric_id)
                                  AND NOT EXISTS(SELECT 1 FROM example_score WHERE example_score.metric_id=metric_def.metric_id))")
                           .run();
  };
  dynamic_cast<SqliteStore&>(store).write(collect, afterwards);
  return gone;
}

}  // namespace synthbench
