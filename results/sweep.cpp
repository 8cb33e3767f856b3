// The plan of a sweep, and which of its cells have a result already.
#include "results/clock.h"
#include "results/config_writer.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

/// Which attempts `a` count for a config `c`: a time belongs to its build, its machine and the way it was measured, a training may
/// come from anywhere. ?1 build_sha, ?2 env_sha, ?3 the measure settings.
std::string counts(Reuse how) {
  const std::string build = "a.build_id=(SELECT build_id FROM build WHERE build_sha=?1)";
  const std::string env = "a.env_id=(SELECT env_id FROM env WHERE env_sha=?2)";
  const std::string alike = "coalesce(json_remove(a.volatile_json->'$.measure', '$.timeout'), '{}')=?3";
  const std::string trained = "c.kind IN('train','eval')";
  switch (how) {
    case Reuse::never:
    case Reuse::automatic: return "(" + trained + " OR (" + build + " AND " + env + " AND " + alike + "))";
    case Reuse::same_build: return "(" + build + " AND (" + trained + " OR (" + env + " AND " + alike + ")))";
    case Reuse::any_build: return "(" + trained + " OR (" + env + " AND " + alike + "))";
  }
  throw std::logic_error("a kind of reuse that the store does not know");
}

/// Of each config and seed the latest attempt that counts, if it is done: what went wrong since then is not covered by what went
/// well before. `never` looks at the attempts of sweep ?4 alone. Of a group SQLite takes the row of the max().
std::string latest_result(Reuse how) {
  return "SELECT ce.config_id, ce.seed, ce.cell_id, a.outcome, a.attempt_id, max(coalesce(a.ended_at, '') || ' ' || a.attempt_uid) "
         "FROM attempt a JOIN cell ce USING(cell_id) JOIN config c USING(config_id) WHERE a.outcome NOT IN('running','abandoned') AND " +
         counts(how) + (how == Reuse::never ? " AND ce.sweep_id=?4" : " AND ?4 IS NOT NULL") +
         " GROUP BY ce.config_id, ce.seed HAVING a.outcome='done'";
}

/// A limit that was not met changes no time.
std::string without_timeout(Json measure) {
  measure.erase("timeout");
  return measure.dump();
}

}  // namespace

std::int64_t SqliteStore::add_sweep(const SweepRow& sweep, std::int64_t count, const std::function<CellRow(std::int64_t)>& cell) {
  Write write = begin();
  Statement find = database_.prepare("SELECT sweep_id FROM sweep WHERE name=? AND plan_sha=?");
  if (find.bind(sweep.name, sweep.plan_sha).step()) return find.integer(0);
  database_.prepare("INSERT INTO sweep(name, spec_toml, plan_sha, argv_json, created_at) VALUES(?, ?, ?, ?, ?)")
      .run(sweep.name, sweep.spec_toml, sweep.plan_sha, sweep.argv.dump(), utc_now());
  const std::int64_t id = database_.last_insert_id();
  ConfigWriter configs(database_);
  // A point that is excluded in one place and included in another is one cell, and it runs.
  Statement insert = database_.prepare(
      R"(INSERT INTO cell(sweep_id, config_id, seed, ordinal, state, reason) VALUES(?, ?, ?, ?, ?, ?)
         ON CONFLICT(sweep_id, config_id, seed) DO UPDATE SET state=excluded.state, reason=excluded.reason,
                                                              ordinal=excluded.ordinal
         WHERE cell.state='excluded' AND excluded.state='pending')");
  for (std::int64_t index = 0; index < count; ++index) {
    const CellRow row = cell(index);
    insert.run(id, configs.id(row), row.seed, row.ordinal, row.state, row.reason);
  }
  write.commit();
  return id;
}

Store::Reused SqliteStore::reuse(std::int64_t sweep, const ReuseRule& rule) {
  Write write = begin();
  const std::string measure = without_timeout(rule.measure);
  Reused reused;
  // Results that this sweep had from another build or machine, or measured otherwise, count no more than those of other sweeps.
  reused.outdated = database_
                        .prepare(R"(UPDATE cell SET state='pending', reason='', result_attempt_id=NULL
                                    WHERE sweep_id=?4 AND state IN('done','reused') AND NOT EXISTS(
                                      SELECT 1 FROM config c, attempt a
                                      WHERE c.config_id=cell.config_id AND a.attempt_id=cell.result_attempt_id AND )" +
                                 counts(rule.how) + (rule.how == Reuse::never ? " AND cell.state='done')" : ")"))
                        .run(rule.build_sha, rule.env_sha, measure, sweep);
  reused.cells = database_
                     .prepare(
                         "UPDATE cell SET state=iif(found.cell_id=cell.cell_id,'done','reused'), reason='', "
                         "result_attempt_id=found.attempt_id FROM (" +
                         latest_result(rule.how) +
                         ") AS found WHERE cell.sweep_id=?4 AND cell.state='pending' AND cell.reason<>?5 AND "
                         "cell.config_id=found.config_id AND cell.seed=found.seed")
                     .run(rule.build_sha, rule.env_sha, measure, sweep, kForced);
  write.commit();
  return reused;
}

std::vector<Store::SeededConfig> SqliteStore::results_that_count(std::optional<std::int64_t> sweep, const ReuseRule& rule) {
  Statement find = database_.prepare("SELECT config_sha, seed FROM (" + latest_result(rule.how) +
                                     R"() JOIN config USING(config_id)
                                       UNION SELECT c.config_sha, ce.seed FROM cell ce JOIN config c USING(config_id)
                                       JOIN attempt a ON a.attempt_id=ce.result_attempt_id WHERE ce.sweep_id=?4 AND )" +
                                     counts(rule.how) + (rule.how == Reuse::never ? " AND ce.state='done'" : "") +
                                     " EXCEPT SELECT c.config_sha, ce.seed FROM cell ce JOIN config c USING(config_id) "
                                     "WHERE ce.sweep_id=?4 AND ce.state='pending' AND ce.reason=?5");
  find.bind(rule.build_sha, rule.env_sha, without_timeout(rule.measure), sweep.value_or(0), kForced);
  std::vector<SeededConfig> out;
  while (find.step()) out.push_back({find.text(0), find.integer(1)});
  return out;
}

void SqliteStore::reopen(std::int64_t sweep, const std::vector<std::string>& states) {
  Write write = begin();
  const std::string which =
      states.empty() ? "state NOT IN('excluded','running')" : "state IN(SELECT value FROM json_each(?2)) AND state<>'running'";
  database_
      .prepare(
          "UPDATE cell SET state='pending', reason=?3, result_attempt_id=NULL, owner=NULL, lease_until=NULL "
          "WHERE sweep_id=?1 AND ?2 IS NOT NULL AND " +
          which)
      .run(sweep, Json(states).dump(), states.empty() ? kForced : "");
  write.commit();
}

}  // namespace synthbench
