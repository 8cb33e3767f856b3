// Reading: cells, results, and SELECT statements, ours or the user's.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "results/settle.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

/// A stored value and its kind back to a double.
double number_of(const Statement& row, int value, int kind) {
  if (!row.null(value)) return row.number(value);
  const std::string name = row.text(kind);
  if (name == "+inf") return std::numeric_limits<double>::infinity();
  if (name == "-inf") return -std::numeric_limits<double>::infinity();
  return std::numeric_limits<double>::quiet_NaN();
}

OrderedJson json_of(const Statement& row, int column) {
  switch (sqlite3_column_type(row.handle(), column)) {
    case SQLITE_INTEGER: return row.integer(column);
    case SQLITE_FLOAT: return row.number(column);
    case SQLITE_NULL: return nullptr;
    case SQLITE_BLOB: return fmt::format("<{} bytes>", sqlite3_column_bytes(row.handle(), column));
    default: return row.text(column);
  }
}

/// Rows are objects, so a name that came before gets a number: name, name:1.
std::vector<std::string> column_names(Statement& statement) {
  std::vector<std::string> names;
  const int count = sqlite3_column_count(statement.handle());
  for (int column = 0; column < count; ++column) {
    const std::string name = sqlite3_column_name(statement.handle(), column);
    std::string unique = name;
    for (int again = 1; std::find(names.begin(), names.end(), unique) != names.end(); ++again) unique = fmt::format("{}:{}", name, again);
    names.push_back(unique);
  }
  return names;
}

Store::Selection all_rows(Statement& statement) {
  Store::Selection out;
  out.columns = column_names(statement);
  const int count = static_cast<int>(out.columns.size());
  while (statement.step()) {
    OrderedJson row = OrderedJson::object();
    for (int column = 0; column < count; ++column) row[out.columns[static_cast<std::size_t>(column)]] = json_of(statement, column);
    out.rows.push_back(std::move(row));
  }
  return out;
}

/// Lets a user's statement read tables and call functions that compute, and nothing else.
int only_reads(void*, int action, const char*, const char* name, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION: return std::strcmp(name, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
    default: return SQLITE_DENY;
  }
}

/// Puts the authorizer in place for a block.
class OnlyReads {
 public:
  explicit OnlyReads(sqlite3* database) : database_(database) { sqlite3_set_authorizer(database_, only_reads, nullptr); }
  ~OnlyReads() { sqlite3_set_authorizer(database_, nullptr, nullptr); }
  OnlyReads(const OnlyReads&) = delete;
  OnlyReads& operator=(const OnlyReads&) = delete;

 private:
  sqlite3* database_;
};

/// What follows the first statement: blanks, comments and semicolons compile to nothing.
bool has_second_statement(sqlite3* database, const char* tail) {
  while (*tail != '\0') {
    sqlite3_stmt* next = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v2(database, tail, -1, &next, &rest);
    const bool something = code != SQLITE_OK || next != nullptr;
    sqlite3_finalize(next);
    if (something) return true;
    if (rest == tail) return false;
    tail = rest;
  }
  return false;
}

}  // namespace

std::vector<Store::CellState> SqliteStore::cells(std::int64_t sweep) {
  Statement rows = database_.prepare(
      R"(SELECT cell_id, ordinal, seed, state, reason, config_sha, canon_json, coalesce(lease_until, 0)
         FROM cell JOIN config USING(config_id) WHERE sweep_id=? ORDER BY ordinal)");
  rows.bind(sweep);
  std::vector<CellState> out;
  while (rows.step()) {
    out.push_back({.cell_id = rows.integer(0),
                   .ordinal = rows.integer(1),
                   .seed = rows.integer(2),
                   .state = rows.text(3),
                   .reason = rows.text(4),
                   .config_sha = rows.text(5),
                   .config = Json::parse(rows.text(6)),
                   .lease_until = rows.number(7)});
  }
  return out;
}

std::vector<Store::CellResult> SqliteStore::results(std::int64_t sweep) {
  // Without a result the latest attempt still says which kernel it met its end in.
  Statement rows = database_.prepare(
      R"(SELECT ce.cell_id, coalesce(a.attempt_id, 0), ce.ordinal, ce.seed, ce.state, ce.reason, coalesce(a.kernel, ''),
                c.canon_json
         FROM cell ce JOIN config c USING(config_id)
         LEFT JOIN attempt a ON a.attempt_id=coalesce(ce.result_attempt_id, )" +
      std::string(kLatestAttempt) + ") WHERE ce.sweep_id=? ORDER BY ce.ordinal");
  Statement metrics = database_.prepare(
      R"(SELECT d.name, d.signature, d.unit, d.better, m.split, m.value, m.value_kind, m.n, m.ci_lo, m.ci_hi
         FROM metric m JOIN metric_def d USING(metric_id)
         WHERE m.attempt_id=? AND m.step=-1 ORDER BY d.metric_id, m.split)");
  std::vector<CellResult> out;
  rows.bind(sweep);
  while (rows.step()) {
    CellResult cell{.cell_id = rows.integer(0),
                    .attempt_id = rows.integer(1),
                    .ordinal = rows.integer(2),
                    .seed = rows.integer(3),
                    .state = rows.text(4),
                    .reason = rows.text(5),
                    .kernel = rows.text(6),
                    .config = Json::parse(rows.text(7)),
                    .metrics = {}};
    const bool has_result = cell.state == "done" || cell.state == "reused";
    metrics.bind(cell.attempt_id);
    while (has_result && metrics.step()) {
      cell.metrics.push_back({.name = metrics.text(0),
                              .signature = metrics.text(1),
                              .unit = metrics.text(2),
                              .better = metrics.text(3),
                              .split = metrics.text(4),
                              .step = -1,
                              .value = number_of(metrics, 5, 6),
                              .n = metrics.integer_if_any(7),
                              .ci_lo = metrics.number_if_any(8),
                              .ci_hi = metrics.number_if_any(9)});
    }
    out.push_back(std::move(cell));
  }
  return out;
}

Store::Selection SqliteStore::select_all(const std::string& sql, const std::vector<Json>& parameters) {
  Statement statement = database_.prepare(sql);
  int index = 0;
  for (const Json& value : parameters) statement.bind_json(++index, value);
  return all_rows(statement);
}

Store::Selection SqliteStore::select_untrusted(const std::string& sql) {
  const OnlyReads guard(database_.handle());
  const auto refuse = [&](const std::string& why) { throw UserError(fmt::format("--sql takes one SELECT statement: {}", why)); };
  sqlite3_stmt* compiled = nullptr;
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(database_.handle(), sql.c_str(), -1, &compiled, &tail) != SQLITE_OK) {
    refuse(sqlite3_errmsg(database_.handle()));
  }
  if (compiled == nullptr) refuse("it is empty");
  Statement statement(database_, compiled);
  if (sqlite3_stmt_readonly(compiled) == 0) refuse("this one writes");
  if (sqlite3_column_count(compiled) == 0) refuse("this one has no rows");
  if (has_second_statement(database_.handle(), tail)) refuse("something follows it");
  try {
    return all_rows(statement);
  } catch (const SqliteError&) {  // what it computes cannot be computed: the fault is in the statement
    throw UserError(fmt::format("--sql: {}", sqlite3_errmsg(database_.handle())));
  }
}

}  // namespace synthbench
