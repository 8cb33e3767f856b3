// One try at a cell: claim, heartbeat, finish. Whoever has lost its claim (lease_until passed, another owner took the cell)
// is a zombie, and nothing that a zombie writes stays.
#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "results/attempt_rows.h"
#include "results/clock.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

std::string random_uid() {
  std::random_device device;
  std::string uid;
  for (int word = 0; word < 4; ++word) uid += fmt::format("{:08x}", device());
  return uid;
}

void end_expired_attempt(const Connection& database, std::int64_t cell) {
  database
      .prepare(R"(UPDATE attempt SET outcome='crashed', error_class='lease_expired', ended_at=?,
                         error_msg='its supervisor went away'
                  WHERE cell_id=? AND outcome='running')")
      .run(utc_now(), cell);
}

}  // namespace

std::optional<ClaimedCell> SqliteStore::claim(std::int64_t cell, const std::string& owner, double lease_s, std::int64_t build,
                                              std::int64_t env, const std::string& repro_cmd) {
  const double now = seconds_now();
  Write write = begin();
  const std::int64_t taken = database_
                                 .prepare(R"(UPDATE cell SET state='running', owner=?, lease_until=?, attempts=attempts+1
                      WHERE cell_id=? AND (state='pending' OR (state='running' AND lease_until<?)))")
                                 .run(owner, now + lease_s, cell, now);
  if (taken == 0) return std::nullopt;
  end_expired_attempt(database_, cell);
  Statement read =
      database_.prepare(R"(SELECT ordinal, seed, attempts, config_sha, canon_json FROM cell JOIN config USING(config_id) WHERE cell_id=?)");
  read.bind(cell).step();
  ClaimedCell claimed;
  claimed.cell_id = cell;
  claimed.ordinal = read.integer(0);
  claimed.seed = read.integer(1);
  claimed.n = read.integer(2);
  claimed.attempt_uid = random_uid();
  claimed.config_sha = read.text(3);
  claimed.config = Json::parse(read.text(4));
  database_
      .prepare(R"(INSERT INTO attempt(attempt_uid, cell_id, n, build_id, env_id, started_at, repro_cmd)
                  VALUES(?, ?, ?, ?, ?, ?, ?))")
      .run(claimed.attempt_uid, cell, claimed.n, build, env, utc_now(), repro_cmd);
  claimed.attempt_id = database_.last_insert_id();
  write.commit();
  return claimed;
}

void SqliteStore::heartbeat(const std::string& owner, double lease_s) {
  constexpr double kPatienceSeconds = 1;
  Write write = begin(std::min(timeout_s_, kPatienceSeconds));
  database_.prepare("UPDATE cell SET lease_until=? WHERE state='running' AND owner=?").run(seconds_now() + lease_s, owner);
  write.commit();
}

bool SqliteStore::finish(const ClaimedCell& cell, const std::string& owner, const AttemptResult& result) {
  const bool done = result.outcome == "done";
  const std::string state = result.outcome == "abandoned" ? "pending" : result.outcome;
  Write write = begin();
  const std::int64_t ours =
      database_
          .prepare(
              R"(UPDATE cell SET state=?1, reason=iif(?1='pending' AND reason=?7, reason, ?2), owner=NULL, lease_until=NULL, result_attempt_id=?3
                      WHERE cell_id=?4 AND owner=?5 AND state='running'
                        AND EXISTS(SELECT 1 FROM attempt WHERE attempt_id=?6 AND outcome='running'))")
          .run(state, result.reason, done ? std::optional(cell.attempt_id) : std::nullopt, cell.cell_id, owner, cell.attempt_id, kForced);
  if (ours == 0) return false;
  insert_rows(database_, cell.attempt_id, result);
  end_attempt(database_, cell.attempt_id, utc_now(), result);
  write.commit();
  return true;
}

void SqliteStore::abandon(const ClaimedCell& cell, const std::string& owner, const std::string& reason) {
  AttemptResult nothing;
  nothing.outcome = "abandoned";
  nothing.reason = reason;
  finish(cell, owner, nothing);
}

bool SqliteStore::mark(std::int64_t cell, const std::string& state, const std::string& reason) {
  Write write = begin();
  const std::int64_t marked = database_
                                  .prepare(R"(UPDATE cell SET state=?1, reason=?2, owner=NULL, lease_until=NULL
                      WHERE cell_id=?3 AND (state='pending' OR (state='running' AND lease_until<?4)))")
                                  .run(state, reason, cell, seconds_now());
  if (marked == 0) return false;
  end_expired_attempt(database_, cell);
  write.commit();
  return true;
}

}  // namespace synthbench
