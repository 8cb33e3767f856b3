// The plan of a sweep, and which of its cells have a result already.
#include <sqlite3.h>

#include "results/clock.h"
#include "results/config_writer.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

/// Which finished cells `d` (with attempt `a`) count for a config `c`: a time belongs to its build, its machine and the way it
/// was measured, a training may come from anywhere. ?1 build_sha, ?2 env_sha, ?3 the measure settings.
std::string counts_as_result(Reuse how) {
  const std::string build = "a.build_id=(SELECT build_id FROM build WHERE build_sha=?1)";
  const std::string env = "a.env_id=(SELECT env_id FROM env WHERE env_sha=?2)";
  const std::string alike = "coalesce(json_remove(a.volatile_json->'$.measure', '$.timeout'), '{}')=?3";
  const std::string trained = "c.kind IN('train','eval')";
  switch (how) {
    case Reuse::automatic: return "(" + trained + " OR (" + build + " AND " + env + " AND " + alike + "))";
    case Reuse::same_build: return "(" + build + " AND (" + trained + " OR (" + env + " AND " + alike + ")))";
    case Reuse::any_build: return "(" + trained + " OR (" + env + " AND " + alike + "))";
    case Reuse::never: return "0";
  }
  throw std::logic_error("a kind of reuse that the store does not know");
}

/// One view of the file for many questions: without it each takes and gives back SQLite's locks. Does nothing within another one.
class Snapshot {
 public:
  explicit Snapshot(const Connection& database) : database_(sqlite3_get_autocommit(database.handle()) != 0 ? &database : nullptr) {
    if (database_ != nullptr) database_->execute("BEGIN");
  }
  ~Snapshot() {
    if (database_ != nullptr) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  const Connection* database_;
};

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

std::int64_t SqliteStore::reuse(std::int64_t sweep, const ReuseRule& rule) {
  if (rule.how == Reuse::never) return 0;
  Write write = begin();
  const std::string measure = without_timeout(rule.measure);
  // Results that this sweep had from another build or machine, or measured otherwise, count no more than those of other sweeps.
  database_
      .prepare(R"(UPDATE cell SET state='pending', reason='', result_attempt_id=NULL
                  WHERE sweep_id=?4 AND state IN('done','reused') AND NOT EXISTS(
                    SELECT 1 FROM config c, attempt a
                    WHERE c.config_id=cell.config_id AND a.attempt_id=cell.result_attempt_id AND )" +
               counts_as_result(rule.how) + ")")
      .run(rule.build_sha, rule.env_sha, measure, sweep);
  Statement update = database_.prepare(
      R"(UPDATE cell SET state='reused', reason='', result_attempt_id=found.attempt_id
         FROM (SELECT p.cell_id, max(a.attempt_id) AS attempt_id
               FROM cell p JOIN config c USING(config_id)
               JOIN cell d ON d.config_id=p.config_id AND d.seed=p.seed AND d.state='done' AND d.sweep_id<>p.sweep_id
               JOIN attempt a ON a.attempt_id=d.result_attempt_id
               WHERE p.sweep_id=?4 AND p.state='pending' AND )" +
      counts_as_result(rule.how) + " GROUP BY p.cell_id) AS found WHERE cell.cell_id=found.cell_id");
  const std::int64_t reused = update.run(rule.build_sha, rule.env_sha, measure, sweep);
  write.commit();
  return reused;
}

Store::ReuseLookup SqliteStore::reuse_lookup(const ReuseRule& rule) {
  if (rule.how == Reuse::never) return [](const std::string&, std::int64_t) { return false; };
  struct Question {
    Question(const Connection& database, const std::string& sql) : snapshot(database), find(database.prepare(sql)) {}
    Snapshot snapshot;
    Statement find;
  };
  const std::string sql =
      R"(SELECT 1 FROM config c JOIN cell d ON d.config_id=c.config_id AND d.seed=?5 AND d.state='done'
         JOIN attempt a ON a.attempt_id=d.result_attempt_id WHERE c.config_sha=?4 AND )" +
      counts_as_result(rule.how) + " LIMIT 1";
  const auto question = std::make_shared<Question>(database_, sql);
  return [question, build = rule.build_sha, env = rule.env_sha, measure = without_timeout(rule.measure)](
             const std::string& sha, std::int64_t seed) { return question->find.bind(build, env, measure, sha, seed).step(); };
}

void SqliteStore::reopen(std::int64_t sweep, const std::vector<std::string>& states) {
  Write write = begin();
  const std::string which =
      states.empty() ? "state NOT IN('excluded','running')" : "state IN(SELECT value FROM json_each(?2)) AND state<>'running'";
  database_
      .prepare(
          "UPDATE cell SET state='pending', reason='', result_attempt_id=NULL, owner=NULL, lease_until=NULL "
          "WHERE sweep_id=?1 AND ?2 IS NOT NULL AND " +
          which)
      .run(sweep, Json(states).dump());
  write.commit();
}

}  // namespace synthbench
