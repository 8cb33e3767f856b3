#include "results/reference_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/clock.h"
#include "results/sqlite_store.h"
#include "results/sweep_named.h"

namespace synthbench {
namespace {

void write(Store& store, const std::function<void(const Connection&)>& statements) { dynamic_cast<SqliteStore&>(store).write(statements); }

std::vector<std::string> baseline_names(Store& store) {
  std::vector<std::string> names;
  for (const OrderedJson& row : store.select("SELECT name FROM baseline ORDER BY name")) names.push_back(row["name"]);
  return names;
}

}  // namespace

SavedBaseline save_baseline(Store& store, const std::string& name, std::optional<std::int64_t> sweep) {
  if (name.empty() || name.find(':') != std::string::npos) throw UserError("'" + name + "' is no name of a baseline: some letters, no ':'");
  if (!store.select("SELECT 1 FROM baseline WHERE name=?1", {name}).empty()) {
    throw UserError(fmt::format("baseline '{}' exists already (`synthbench baseline rm {}` removes the name, not the results)", name,
                                shell_word(name)));
  }
  if (!sweep) sweep = latest_sweep(store);
  if (!sweep) throw UserError("there is no sweep to save as a baseline yet");
  const std::int64_t id = *sweep;
  const auto latest = store.select(
      R"(SELECT a.build_id, a.env_id, coalesce(a.ended_at, '') AS ended_at
         FROM cell ce JOIN attempt a ON a.attempt_id=ce.result_attempt_id WHERE ce.sweep_id=?1
         ORDER BY a.ended_at DESC, a.attempt_uid DESC LIMIT 1)",
      {id});
  if (latest.empty()) throw UserError(fmt::format("sweep s{} has no result to save as a baseline", id));
  const std::int64_t build = latest.front()["build_id"], env = latest.front()["env_id"];
  const std::string ended_at = latest.front()["ended_at"];
  write(store, [&](const Connection& database) {
    database.prepare("INSERT INTO baseline(name, sweep_id, build_id, env_id, created_at) VALUES(?, ?, ?, ?, ?)")
        .run(name, id, build, env, std::max(utc_now(), ended_at));  // the clock of the machine that measured may be ahead
  });
  const OrderedJson counts = store
                                 .select(
                                     R"(SELECT count(*) AS finished, sum(a.build_id=?2 AND a.env_id=?3) AS covered
                                        FROM cell ce JOIN attempt a ON a.attempt_id=ce.result_attempt_id WHERE ce.sweep_id=?1)",
                                     {id, build, env})
                                 .front();
  const std::int64_t finished = counts["finished"], covered = counts["covered"];
  return {.sweep = id, .cells = covered, .left_out = finished - covered};
}

void remove_baseline(Store& store, const std::string& name) {
  const std::vector<std::string> names = baseline_names(store);
  if (std::find(names.begin(), names.end(), name) == names.end()) throw UserError(unknown_word("baseline", name, names));
  write(store, [&](const Connection& database) { database.prepare("DELETE FROM baseline WHERE name=?").run(name); });
}

Store::Selection list_baselines(Store& store) {
  return store.select_all(R"(
    SELECT b.name, s.name AS sweep, 's' || s.sweep_id AS id, substr(u.git_sha, 1, 7) AS "commit", e.host, b.created_at
    FROM baseline b JOIN sweep s USING(sweep_id) LEFT JOIN build u ON u.build_id=b.build_id LEFT JOIN env e ON e.env_id=b.env_id
    ORDER BY b.name)");
}

void store_noise_floors(Store& store, std::int64_t env, const std::vector<NoiseFloor>& floors) {
  write(store, [&](const Connection& database) {
    Statement insert = database.prepare(
        "INSERT OR REPLACE INTO noise_floor(env_id, backend, bucket, pairs, rel_p95, measured_at) VALUES(?, ?, ?, ?, ?, ?)");
    for (const NoiseFloor& floor : floors) insert.run(env, floor.backend, floor.bucket, floor.pairs, floor.rel_p95, utc_now());
  });
}

}  // namespace synthbench
