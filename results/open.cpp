#include "results/open.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>

#include "harness/base/error.h"
#include "results/clock.h"
#include "results/paper_values.h"
#include "results/schema.h"

#ifndef SYNTHBENCH_VERSION
#error "SYNTHBENCH_VERSION comes from results/CMakeLists.txt"
#endif

namespace synthbench {
namespace {

/// Bytes of the file, nullopt when there is none. A folder is a UserError.
std::optional<std::int64_t> size_of(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) {
    if (errno == EACCES) throw UserError(fmt::format("cannot look at {}: {}", path, std::strerror(errno)));
    return std::nullopt;
  }
  if (S_ISDIR(facts.st_mode)) throw UserError(fmt::format("{} is a folder, not a database", path));
  return facts.st_size;
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

bool allowed_on_networks() {
  const char* said = std::getenv("SYNTHBENCH_NETWORK_DB");
  const std::string word = said == nullptr ? "" : said;
  return word == "1" || word == "true" || word == "yes" || word == "on";
}

void check_folder(const std::string& path) {
  const std::string folder = folder_of(path);
  struct statfs facts {};
  if (::statfs(folder.c_str(), &facts) != 0) {
    throw UserError(fmt::format("cannot make {}: the folder {}", path,
                                errno == ENOENT ? folder + " does not exist" : folder + ": " + std::strerror(errno)));
  }
  const std::string network = network_file_system(static_cast<long>(facts.f_type));
  if (!network.empty() && !allowed_on_networks()) {
    throw UserError(
        fmt::format("{} lies on a network file system ({}), where SQLite loses data; keep one database per "
                    "host and merge them (SYNTHBENCH_NETWORK_DB=1 writes here all the same)",
                    path, network));
  }
}

void check_header(const Connection& database) {
  const std::int64_t id = database.integer("PRAGMA application_id");
  if (id != kApplicationId) {
    throw UserError(
        fmt::format("{} is not a synthbench database: it belongs to another program (application_id {:#x}, "
                    "ours is {:#x})",
                    database.path(), id, kApplicationId));
  }
  const std::int64_t version = database.integer("PRAGMA user_version");
  if (version > kSchemaVersion) {
    throw UserError(fmt::format("{} has schema version {}, this synthbench knows versions up to {}: use a newer synthbench",
                                database.path(), version, kSchemaVersion));
  }
  if (database.integer("SELECT count(*) FROM sqlite_schema WHERE name IN ('migration', 'attempt')") != 2) {
    throw UserError(fmt::format(
        "{} carries synthbench's application_id but not its tables: it is no database of ours, or what is left of one", database.path()));
  }
}

/// In KiB: tables seek all over the file, and SQLite's 2 MB hold none of its inner pages. Reads the schema, so the header comes first.
void keep_pages(const Connection& database) { database.execute("PRAGMA cache_size = -65536"); }

/// Reads the header through SQLite without locks or sibling files. An own open() and close() would drop the locks that
/// another connection of this process holds. A file with a journal was left in the middle of a commit, and one that looks
/// damaged beside a log in the middle of a checkpoint (its first page may speak of pages that are in the log alone): SQLite
/// mends both when it opens them, and the header is read again then.
void refuse_foreign(const std::string& path) {
  if (size_of(path + "-journal").value_or(0) > 0) return;
  try {
    check_header(Connection(path, Connection::Mode::read_frozen, 0));
  } catch (const DamagedDatabase&) {
    if (size_of(path + "-wal").value_or(0) == 0) throw;
  }
}

/// All of it or nothing: killed in between, the file is empty again for the next one who opens it.
void create_schema(const Connection& database) {
  Transaction transaction(database);
  database.execute(schema_sql());
  database.prepare("INSERT INTO migration VALUES(?, ?, ?)").run(kSchemaVersion, utc_now(), SYNTHBENCH_VERSION);
  transaction.commit();
}

void start_wal(const Connection& database) {
  const std::string mode = database.text("PRAGMA journal_mode = WAL");
  if (mode != "wal") {
    throw UserError(
        fmt::format("{}: this file system gives no shared memory, so SQLite cannot use WAL here (it answers '{}')", database.path(), mode));
  }
  database.integer("SELECT count(*) FROM migration");  // the first read makes -wal and -shm: fail now, not in the first cell
}

}  // namespace

std::string network_file_system(long type) {
  static const std::map<unsigned long, const char*> kNames = {
      {0x6969, "NFS"},       {0x517B, "SMB"},      {0xFE534D42, "SMB"},   {0xFF534D42, "CIFS"}, {0x0BD00BD0, "Lustre"},
      {0x5346414F, "AFS"},   {0x73757245, "Coda"}, {0x47504653, "GPFS"},  {0x00C36400, "Ceph"}, {0x19830326, "BeeGFS"},
      {0xAAD7AAEA, "PanFS"}, {0x01161970, "GFS2"}, {0x7461636F, "OCFS2"}, {0x6B414653, "AFS"},
  };
  const auto found = kNames.find(static_cast<unsigned long>(type) & 0xffffffffUL);
  return found == kNames.end() ? "" : found->second;
}

void check_before_writing(const std::string& path) {
  check_folder(path);
  if (size_of(path).value_or(0) > 0) refuse_foreign(path);
}

OpenedToWrite open_database_to_write(const std::string& path, WriteLock& lock, double timeout_s) {
  const WriteLock::Turn turn(lock, timeout_s);
  const std::optional<std::int64_t> before = size_of(path);
  try {
    Connection database(path, Connection::Mode::write, timeout_s);
    if (database.integer("PRAGMA page_count") == 0) create_schema(database);
    check_header(database);
    keep_pages(database);
    start_wal(database);
    auto migrated = migrate(database);
    ship_paper_values(database);
    return {std::move(database), std::move(migrated)};
  } catch (...) {
    if (!before && size_of(path).value_or(1) == 0) ::unlink(path.c_str());  // ours, empty, and nobody else's turn
    lock.forget();
    throw;
  }
}

Connection open_database_to_read(const std::string& path, double timeout_s) {
  const std::optional<std::int64_t> size = size_of(path);
  if (!size) throw UserError(fmt::format("no database at {} (run or bench makes one; --db names another)", path));
  if (*size == 0) throw UserError(fmt::format("{} is empty, not a database yet", path));
  refuse_foreign(path);
  // Without a log nobody is writing. In a read-only folder SQLite cannot make the log's index, and needs none then.
  const bool no_log = size_of(path + "-wal").value_or(0) == 0;
  const bool frozen = no_log && ::access(folder_of(path).c_str(), W_OK) != 0;
  Connection database(path, frozen ? Connection::Mode::read_frozen : Connection::Mode::read, timeout_s);
  check_header(database);
  keep_pages(database);
  return database;
}

}  // namespace synthbench
