#include "results/store.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "results/place_rows.h"
#include "results/sqlite_store.h"

namespace synthbench {

std::string sha_of(const BuildRow& build) {
  return sha256(Json{
      {"source_sha", build.source_sha},
      {"compiler", build.compiler},
      {"build_type", build.build_type},
      {"flags", build.flags},
      {"libs_json",
       build.libs}}.dump());
}

std::string sha_of(const EnvRow& env) {
  return sha256(Json{
      {"host", env.host},
      {"os", env.os},
      {"cpu", env.cpu},
      {"cores", env.cores},
      {"ram_bytes", env.ram_bytes},
      {"device", env.device},
      {"device_uuid", env.device_uuid},
      {"device_mem_bytes", env.device_mem_bytes},
      {"driver", env.driver},
      {"runtime",
       env.runtime}}.dump());
}

std::unique_ptr<Store> Store::open_to_write(const std::string& path, double busy_timeout_s) {
  check_before_writing(path);
  WriteLock lock(path);
  OpenedToWrite opened = open_database_to_write(path, lock, busy_timeout_s);
  auto store = std::make_unique<SqliteStore>(std::move(opened.database), std::move(lock), busy_timeout_s);
  store->migrated = std::move(opened.migrated);
  return store;
}

std::unique_ptr<Store> Store::open_to_read(const std::string& path) {
  return std::make_unique<SqliteStore>(open_database_to_read(path, kBusyTimeout), std::nullopt, kBusyTimeout);
}

std::optional<std::pair<std::uint64_t, std::uint64_t>> SqliteStore::file_identity(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return std::nullopt;
  return std::pair{std::uint64_t{facts.st_dev}, std::uint64_t{facts.st_ino}};
}

// Closing may checkpoint, so it waits for its turn; when that does not come the log stays for the next one who opens.
SqliteStore::~SqliteStore() {
  if (!lock_) return;
  try {
    const WriteLock::Turn turn(*lock_, timeout_s_);
    const Connection closed = std::move(database_);
  } catch (const std::exception&) {
    database_.keep_log();
  }
}

SqliteStore::Write SqliteStore::begin(double timeout_s) {
  if (!lock_) throw std::logic_error(database_.path() + " was opened to read");
  check_still_there();
  return Write(*lock_, database_, timeout_s);
}

// What is written into a file that has no name any more is lost when it is closed.
void SqliteStore::check_still_there() const {
  if (file_identity(database_.path()) == file_) return;
  throw UserError(fmt::format("{} was removed or replaced while it was open: nothing more is written into it", database_.path()));
}

std::int64_t SqliteStore::build_id(const BuildRow& build) {
  Write write = begin();
  const std::int64_t id = insert_build(database_, build);
  write.commit();
  return id;
}

std::int64_t SqliteStore::env_id(const EnvRow& env) {
  Write write = begin();
  const std::int64_t id = insert_env(database_, env);
  write.commit();
  return id;
}

void SqliteStore::write(const std::function<void(const Connection&)>& statements, const std::function<void()>& afterwards) {
  Write write = begin();
  statements(database_);
  write.commit();
  if (afterwards) afterwards();
}

void SqliteStore::in_turn(const std::function<void(const Connection&)>& statements) {
  if (!lock_) throw std::logic_error(database_.path() + " was opened to read");
  const WriteLock::Turn turn(*lock_, timeout_s_);
  statements(database_);
}

void SqliteStore::checkpoint() {
  in_turn([&](const Connection& database) {
    database.set_busy_timeout(2);  // a reader in the middle of a long query is no reason to wait longer
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    database.set_busy_timeout(timeout_s_);
  });
}

}  // namespace synthbench
