#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "harness/base/error.h"
#include "harness/base/json.h"

struct sqlite3;
struct sqlite3_stmt;

namespace synthbench {

/// SQLite's own words for what has no clearer line: a faulty statement, an unforeseen state.
struct SqliteError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// SQLite finds the file inconsistent.
struct DamagedDatabase : UserError {
  using UserError::UserError;
};

/// A prepared statement; positions of parameters and columns follow SQLite (parameters from 1, columns from 0).
class Statement {
 public:
  /// Takes over a compiled statement of the connection.
  Statement(const class Connection& connection, sqlite3_stmt* statement) : connection_(&connection), statement_(statement) {}
  Statement(Statement&&) noexcept;
  ~Statement();

  /// Binds the values to ?1, ?2 ...; an absent optional is NULL, and so is a NaN.
  template <typename... Values>
  Statement& bind(const Values&... values) {
    rewind();
    int index = 0;
    (bind_one(++index, values), ...);
    return *this;
  }
  /// True while there is a row.
  bool step();
  /// Binds, runs to the end and returns the number of rows that changed.
  template <typename... Values>
  std::int64_t run(const Values&... values) {
    bind(values...);
    return run_bound();
  }

  std::int64_t integer(int column) const;
  double number(int column) const;
  std::string text(int column) const { return std::string(view(column)); }
  std::string_view view(int column) const;  ///< the same, while the statement stands there
  bool null(int column) const;
  std::optional<std::int64_t> integer_if_any(int column) const;
  std::optional<double> number_if_any(int column) const;
  sqlite3_stmt* handle() const { return statement_; }

  void bind_one(int index, std::int64_t value);
  void bind_one(int index, int value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, bool value) { bind_one(index, std::int64_t{value}); }
  void bind_one(int index, double value);
  void bind_one(int index, std::string_view value);
  void bind_one(int index, const std::string& value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, const char* value) { bind_one(index, std::string_view(value)); }
  void bind_one(int index, std::nullopt_t);
  /// A number, a text, true and false as 1 and 0, null as NULL; anything else as the text of its JSON.
  void bind_json(int index, const Json& value);
  template <typename T>
  void bind_one(int index, const std::optional<T>& value) {
    value ? bind_one(index, *value) : bind_one(index, std::nullopt);
  }

 private:
  void rewind();
  std::int64_t run_bound();

  const Connection* connection_;
  sqlite3_stmt* statement_;
};

/// One open database file. For one thread at a time, and never across a fork.
class Connection {
 public:
  enum class Mode : std::uint8_t {
    read,
    read_frozen,  ///< as if nobody could change the file: no locks, no -wal, no -shm (SQLite's immutable=1)
    write,        ///< creates the file when it is missing
  };
  /// busy_timeout_s: how long every statement waits for other programs. Throws UserError when the file cannot be opened.
  Connection(std::string path, Mode mode, double busy_timeout_s);

  const std::string& path() const { return path_; }
  sqlite3* handle() const { return database_.get(); }

  /// Runs all statements of a script; their rows are dropped.
  void execute(const std::string& script) const;
  Statement prepare(std::string_view sql) const;
  /// First column of the first row.
  std::int64_t integer(std::string_view sql) const;
  std::string text(std::string_view sql) const;
  std::int64_t last_insert_id() const;
  void set_busy_timeout(double seconds) const;
  /// Closing will not checkpoint: for a writer whose turn did not come.
  void keep_log() const;

  /// Throws what an SQLite result code means to a user: full or failing disk, read-only place, locked, damaged or foreign
  /// file are UserError that name the file; the rest is SqliteError.
  [[noreturn]] void fail(int code) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// BEGIN IMMEDIATE: the one kind that waits for other writers. Rolled back unless committed.
class Transaction {
 public:
  explicit Transaction(const Connection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  const Connection& connection_;
  bool open_ = true;
};

}  // namespace synthbench
