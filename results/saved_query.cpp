#include "results/saved_query.h"

#include <charconv>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/query.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

std::vector<std::string> names_of(Store& store) {
  std::vector<std::string> names;
  for (const OrderedJson& row : store.select("SELECT name FROM saved_query ORDER BY name")) names.push_back(row["name"]);
  return names;
}

/// The condition with its parameters written out. Question marks stand nowhere else in it: texts are parameters.
std::string with_literals(const Where& where) {
  std::string out;
  for (const char *at = where.sql.data(), *const end = at + where.sql.size(); at != end;) {
    if (*at != '?') {
      out += *at++;
      continue;
    }
    std::size_t number = 0;
    at = std::from_chars(at + 1, end, number).ptr;
    out += literal(where.parameters.at(number - 1));
  }
  return out;
}

}  // namespace

std::string sql_of_filter(Store& store, const std::string& filter) {
  return "SELECT * FROM v_result WHERE " + with_literals(where_of(parse_filter(filter, result_columns(store))));
}

void save_query(Store& store, const std::string& name, const std::string& sql, const std::string& doc) {
  if (trim(name).empty()) throw UserError("a saved query has a name, not '" + name + "'");
  if (!store.select("SELECT 1 FROM saved_query WHERE name=?1", {name}).empty()) {
    throw UserError("query '" + name + "' exists already (`synthbench query --forget " + name + "` removes it)");
  }
  dynamic_cast<SqliteStore&>(store).write(
      [&](const Connection& database) { database.prepare("INSERT INTO saved_query(name, sql, doc) VALUES(?, ?, ?)").run(name, sql, doc); });
}

void forget_query(Store& store, const std::string& name) {
  (void)saved_query(store, name);
  dynamic_cast<SqliteStore&>(store).write(
      [&](const Connection& database) { database.prepare("DELETE FROM saved_query WHERE name=?").run(name); });
}

std::string saved_query(Store& store, const std::string& name) {
  const auto found = store.select("SELECT sql FROM saved_query WHERE name=?1", {name});
  if (!found.empty()) return found.front()["sql"];
  const std::vector<std::string> names = names_of(store);
  if (names.empty()) throw UserError("there is no saved query '" + name + "': `synthbench query FILTER --save NAME` saves one");
  throw UserError(unknown_word("saved query", name, names));
}

Store::Selection list_saved_queries(Store& store) { return store.select_all("SELECT name, doc, sql FROM saved_query ORDER BY name"); }

}  // namespace synthbench
