#include "results/saved_query.h"

#include <sqlite3.h>

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

}  // namespace

std::string sql_of_filter(Store& store, const std::string& filter) {
  const Where where = where_of(parse_filter(filter, result_columns(store)));
  Statement statement = dynamic_cast<SqliteStore&>(store).database().prepare("SELECT * FROM v_result WHERE " + where.sql);
  int index = 0;
  for (const Json& value : where.parameters) statement.bind_json(++index, value);
  const std::unique_ptr<char, void (*)(void*)> text(sqlite3_expanded_sql(statement.handle()), sqlite3_free);
  if (!text) throw UserError("this filter is too long to be saved");
  return text.get();
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
