#include "results/care.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "results/backup.h"
#include "results/schema.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

namespace fs = std::filesystem;

std::uintmax_t bytes_of(const std::string& path) {
  std::error_code absent;
  const std::uintmax_t bytes = fs::file_size(path, absent);
  return absent ? 0 : bytes;
}

std::string first_of(const std::vector<OrderedJson>& rows) { return rows.empty() ? "" : rows.front().begin().value().get<std::string>(); }

Finding pages(Store& store) {
  const std::string found = first_of(store.select("PRAGMA integrity_check(1)"));
  return {"pages", found == "ok" ? "ok" : "fail", found == "ok" ? "every page, index and constraint" : found};
}

Finding references(Store& store) {
  const auto broken = store.select("PRAGMA foreign_key_check");
  if (broken.empty()) return {"references", "ok", "every row that another one names is there"};
  return {"references", "fail",
          fmt::format("{} rows name rows that are not there, the first in table {}", broken.size(),
                      broken.front()["table"].get<std::string>())};
}

/// A result was measured for the config and the seed of its cell, and came to its end.
Finding results_of_cells(Store& store) {
  const OrderedJson row =
      store
          .select(
              R"(SELECT count(*) AS n, min(ce.cell_id) AS cell FROM cell ce JOIN attempt a ON a.attempt_id=ce.result_attempt_id
                                     JOIN cell o ON o.cell_id=a.cell_id
                                     WHERE a.outcome<>'done' OR (o.config_id, o.seed) IS NOT (ce.config_id, ce.seed))")
          .at(0);
  if (row["n"] == 0) return {"results", "ok", "each is of its cell's config and seed"};
  return {"results", "fail",
          fmt::format("{} cells have a result that is not theirs, the first is c{}", row["n"].dump(), row["cell"].dump())};
}

Finding hashes(Store& store) {
  std::int64_t wrong = 0;
  for (const OrderedJson& row : store.select("SELECT config_sha, canon_json FROM config")) {
    wrong += sha256(row["canon_json"].get_ref<const std::string&>()) == row["config_sha"] ? 0 : 1;
  }
  if (wrong == 0) return {"hashes", "ok", "of configs"};
  return {"hashes", "fail", fmt::format("{} configs have another hash than their text", wrong)};
}

Finding artifacts(Store& store, const std::string& folder) {
  std::vector<std::string> missing, changed;
  std::int64_t known = 0;
  for (const OrderedJson& row : store.select("SELECT path, sha256, bytes FROM artifact ORDER BY attempt_id, name")) {
    const fs::path path = fs::path(folder) / row["path"].get<std::string>();
    ++known;
    if (!fs::exists(path)) {
      missing.push_back(path.string());
    } else if (bytes_of(path.string()) != row["bytes"].get<std::uintmax_t>() || sha256_of_file(path.string()) != row["sha256"]) {
      changed.push_back(path.string());
    }
  }
  if (!changed.empty())
    return {"artifacts", "fail", fmt::format("{} of {} files have changed, the first is {}", changed.size(), known, changed.front())};
  if (!missing.empty())
    return {"artifacts", "warn", fmt::format("{} of {} files are not here, the first is {}", missing.size(), known, missing.front())};
  return {"artifacts", "ok", fmt::format("{} files, by their hashes", known)};
}

}  // namespace

Store::Selection facts_of_file(Store& store) {
  const std::string path = dynamic_cast<SqliteStore&>(store).database().path();
  Store::Selection out{{"fact", "value"}, {}};
  const auto add = [&](const std::string& fact, OrderedJson value) { out.rows.push_back({{"fact", fact}, {"value", std::move(value)}}); };
  const auto number = [&](const char* sql) { return store.select(sql).at(0).begin().value(); };
  add("file", path);
  add("bytes", bytes_of(path));
  add("log_bytes", bytes_of(path + "-wal"));
  add("free_bytes", number("SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size"));
  add("schema_version", number("PRAGMA user_version"));
  add("newest_version", kSchemaVersion);
  add("sqlite", sqlite3_libversion());
  add("sweeps", number("SELECT count(*) FROM sweep"));
  add("cells", number("SELECT count(*) FROM cell"));
  for (const OrderedJson& row : store.select("SELECT state, count(*) AS n FROM cell GROUP BY state ORDER BY state")) {
    add("cells_" + row["state"].get<std::string>(), row["n"]);
  }
  for (const char* table : {"config", "attempt", "metric", "sample", "check_result", "artifact", "build", "env"}) {
    add(std::string(table) + "_rows", number(fmt::format("SELECT count(*) FROM {}", table).c_str()));
  }
  add("first_attempt", number("SELECT min(started_at) FROM attempt"));
  add("last_attempt", number("SELECT max(started_at) FROM attempt"));
  return out;
}

std::vector<Finding> check_database(Store& store, const std::string& folder) {
  return {pages(store), references(store), results_of_cells(store), hashes(store), artifacts(store, folder)};
}

void vacuum(Store& store) {
  dynamic_cast<SqliteStore&>(store).in_turn([](const Connection& database) {
    database.execute("VACUUM");
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  });
}

void back_up(Store& store, const std::string& file) { back_up(dynamic_cast<SqliteStore&>(store).database(), file); }

}  // namespace synthbench
