#include "results/sqlite.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <cerrno>
#include <cstring>

#include "harness/base/error.h"
#include "results/database_in_use.h"

namespace synthbench {
namespace {

/// file:PATH with the characters escaped that mean something in a URI.
std::string uri(const std::string& path, std::string_view options) {
  std::string out = "file:";
  for (const char c : path) {
    const bool plain = std::strchr("%?# ", c) == nullptr && static_cast<unsigned char>(c) >= 0x20;
    out += plain ? std::string(1, c) : fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  return fmt::format("{}?{}", out, options);
}

std::string uri(const std::string& path, Connection::Mode mode) {
  switch (mode) {
    case Connection::Mode::read: return uri(path, "mode=ro");
    case Connection::Mode::read_frozen: return uri(path, "mode=ro&immutable=1");
    case Connection::Mode::write: return uri(path, "mode=rwc");
  }
  throw std::logic_error("a mode that Connection does not know");
}

}  // namespace

Connection::Connection(std::string path, Mode mode, double busy_timeout_s) : path_(std::move(path)) {
  sqlite3* database = nullptr;
  const int flags = SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_NOMUTEX |
                    (mode == Mode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  const int code = sqlite3_open_v2(uri(path_, mode).c_str(), &database, flags, nullptr);
  database_.reset(database);
  if (code != SQLITE_OK) fail(code);
  set_busy_timeout(busy_timeout_s);  // before anything that can meet a lock
  execute("PRAGMA foreign_keys = ON");
  if (mode != Mode::write) return;
  if (sqlite3_db_readonly(database_.get(), "main") == 1) fail(SQLITE_READONLY);  // SQLite opens what it may not write all the same
  execute("PRAGMA synchronous = FULL");
}

void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

void Connection::set_busy_timeout(double seconds) const { sqlite3_busy_timeout(database_.get(), static_cast<int>(seconds * 1000)); }

void Connection::keep_log() const { sqlite3_db_config(database_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr); }

void Connection::execute(const std::string& script) const {
  const int code = sqlite3_exec(database_.get(), script.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

Statement Connection::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) fail(code);
  return {*this, statement};
}

std::int64_t Connection::integer(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.integer(0) : 0;
}

std::string Connection::text(std::string_view sql) const {
  Statement statement = prepare(sql);
  return statement.step() ? statement.text(0) : std::string();
}

std::int64_t Connection::last_insert_id() const { return sqlite3_last_insert_rowid(database_.get()); }

void Connection::fail(int code) const {
  const int system = sqlite3_system_errno(database_.get());
  const std::string words = sqlite3_errmsg(database_.get());
  const int kind = code & 0xff;
  if (kind == SQLITE_FULL || (kind == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT))) {
    throw UserError(
        fmt::format("{}: the disk is full; nothing that was finished is lost, make room and run the same "
                    "command again",
                    path_));
  }
  if (kind == SQLITE_READONLY) throw UserError(fmt::format("{}: cannot write: the file or its folder is read-only", path_));
  if (kind == SQLITE_BUSY || kind == SQLITE_LOCKED) {
    throw DatabaseInUse(fmt::format("{}: another program is using this database and keeps it locked", path_));
  }
  if (kind == SQLITE_NOTADB) throw UserError(fmt::format("{}: not a synthbench database: not an SQLite file", path_));
  if (kind == SQLITE_CORRUPT) throw DamagedDatabase(fmt::format("{}: this database is damaged ({})", path_, words));
  if (kind == SQLITE_CANTOPEN) {
    throw UserError(fmt::format("{}: cannot open: {}", path_, system != 0 ? std::strerror(system) : words.c_str()));
  }
  if (kind == SQLITE_IOERR) {
    throw UserError(
        fmt::format("{}: the disk does not do what it is asked ({}, SQLite result {}); nothing that was finished is lost, run the "
                    "same command again",
                    path_, system != 0 ? std::strerror(system) : words.c_str(), code));
  }
  throw SqliteError(fmt::format("{}: {} (SQLite result {})", path_, words, code));
}

Statement::Statement(Statement&& other) noexcept : connection_(other.connection_), statement_(other.statement_) {
  other.statement_ = nullptr;
}

Statement::~Statement() { sqlite3_finalize(statement_); }

void Statement::rewind() { sqlite3_reset(statement_); }

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  connection_->fail(code);
}

std::int64_t Statement::run_bound() {
  while (step()) {
  }
  rewind();
  return sqlite3_changes64(connection_->handle());
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_, column); }
double Statement::number(int column) const { return sqlite3_column_double(statement_, column); }
bool Statement::null(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }

std::string_view Statement::view(int column) const {
  const auto* bytes = sqlite3_column_text(statement_, column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
  return bytes == nullptr ? std::string_view() : std::string_view(reinterpret_cast<const char*>(bytes), size);
}

std::optional<std::int64_t> Statement::integer_if_any(int column) const {
  return null(column) ? std::nullopt : std::optional(integer(column));
}

std::optional<double> Statement::number_if_any(int column) const { return null(column) ? std::nullopt : std::optional(number(column)); }

void Statement::bind_one(int index, std::int64_t value) { sqlite3_bind_int64(statement_, index, value); }
void Statement::bind_one(int index, double value) { sqlite3_bind_double(statement_, index, value); }
void Statement::bind_one(int index, std::nullopt_t) { sqlite3_bind_null(statement_, index); }
void Statement::bind_one(int index, std::string_view value) {
  sqlite3_bind_text64(statement_, index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bind_json(int index, const Json& value) {
  if (value.is_null()) return bind_one(index, std::nullopt);
  if (value.is_boolean()) return bind_one(index, value.get<bool>());
  if (value.is_number_integer()) return bind_one(index, value.get<std::int64_t>());
  if (value.is_number()) return bind_one(index, value.get<double>());
  if (value.is_string()) return bind_one(index, value.get_ref<const std::string&>());
  bind_one(index, value.dump());
}

Transaction::Transaction(const Connection& connection) : connection_(connection) { connection_.execute("BEGIN IMMEDIATE"); }

// A full disk may have rolled back already; then there is nothing left to do.
Transaction::~Transaction() {
  if (open_ && sqlite3_get_autocommit(connection_.handle()) == 0) {
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() {
  connection_.execute("COMMIT");
  open_ = false;
}

}  // namespace synthbench
