#include "results/migrate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "results/backup.h"
#include "results/clock.h"
#include "results/schema.h"

#ifndef SYNTHBENCH_VERSION
#error "SYNTHBENCH_VERSION comes from results/CMakeLists.txt"
#endif

namespace synthbench {
namespace {

/// What a version does to the tables of a file of the version before. Views and indexes need no words here, unless one goes for good:
/// they are made anew where their text in schema.sql is another one.
struct Step {
  std::int64_t version;
  const char* tables;
};
constexpr Step kSteps[] = {
    {2, ""},  // v_seed: filters reach its rows, sweeps of one name are kept apart; indexes of cells by config and artifacts by hash
};
static_assert(kSteps[std::size(kSteps) - 1].version == kSchemaVersion);

/// Of views and indexes: type and name, statement. SQLite's own indexes have no statement.
using Parts = std::vector<std::pair<std::string, std::string>>;

Parts parts_of(const Connection& database) {
  Parts parts;
  Statement read = database.prepare("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE type IN('view','index') AND sql IS NOT NULL");
  while (read.step()) parts.emplace_back(read.text(0), read.text(1));
  return parts;
}

bool contains(const Parts& parts, const Parts::value_type& part) { return std::find(parts.begin(), parts.end(), part) != parts.end(); }

void renew_views_and_indexes(const Connection& database) {
  const Connection fresh(":memory:", Connection::Mode::write, 0);
  fresh.execute(schema_sql());
  const Parts wanted = parts_of(fresh), here = parts_of(database);
  for (const auto& part : here) {  // a name that schema.sql lacks is a user's own
    const bool ours = std::ranges::find(wanted, part.first, &Parts::value_type::first) != wanted.end();
    if (ours && !contains(wanted, part)) database.execute("DROP " + part.first);
  }
  for (const auto& part : wanted) {
    if (!contains(here, part)) database.execute(part.second);
  }
}

/// PATH.v1.bak, or a name beside it that is free.
std::string backup_path(const std::string& path, std::int64_t version) {
  const std::string first = fmt::format("{}.v{}.bak", path, version);
  std::string name = first;
  for (int n = 2; std::filesystem::exists(name); ++n) name = fmt::format("{}{}", first, n);
  return name;
}

}  // namespace

std::optional<Migrated> migrate(const Connection& database) {
  const std::int64_t from = database.integer("PRAGMA user_version");
  if (from >= kSchemaVersion) return std::nullopt;
  Migrated done{from, kSchemaVersion, backup_path(database.path(), from)};
  back_up(database, done.backup);
  Transaction transaction(database);
  for (const Step& step : kSteps) {
    if (step.version <= from) continue;
    database.execute(step.tables);
    database.prepare("INSERT INTO migration VALUES(?, ?, ?)").run(step.version, utc_now(), SYNTHBENCH_VERSION);
  }
  renew_views_and_indexes(database);
  database.execute(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  transaction.commit();
  return done;
}

}  // namespace synthbench
