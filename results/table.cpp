#include "results/table.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/words.h"
#include "results/format_markup.h"

namespace synthbench {
namespace {

/// FILE.sql: one SELECT; a first line "-- caption: TEXT" names what it shows.
Table table_of_file(Store& store, const std::string& path) {
  const std::string sql = read_file(path);
  Table table = table_of(store.select_untrusted(sql));
  const std::string_view first = std::string_view(sql).substr(0, sql.find('\n'));
  constexpr std::string_view kKey = "-- caption:";
  table.caption = first.starts_with(kKey) ? std::string(trim(first.substr(kKey.size()))) : path;
  return table;
}

std::vector<std::string> shown_in_first_column(const Table& table) {
  std::vector<std::string> out;
  for (const auto& row : table.rows) out.push_back(shown(row.front()));
  return out;
}

}  // namespace

Registry<TablePreset>& tables() {
  static Registry<TablePreset> all("table");
  return all;
}

Table make_table(Store& store, const std::string& preset_or_file, const TableOptions& options) {
  if (preset_or_file.ends_with(".sql")) return table_of_file(store, preset_or_file);
  return tables().at(preset_or_file).build(store, options);
}

std::string explain(const Table& table, const std::string& row_and_column) {
  const std::size_t comma = row_and_column.rfind(',');
  if (comma == std::string::npos) throw UserError(fmt::format("--explain '{}': ROW,COLUMN is needed", row_and_column));
  const std::string row_name(trim(std::string_view(row_and_column).substr(0, comma)));
  const std::string column_name(trim(std::string_view(row_and_column).substr(comma + 1)));
  const auto column = std::find(table.columns.begin(), table.columns.end(), column_name);
  if (column == table.columns.end()) throw UserError("--explain: " + unknown_word("column", column_name, table.columns));
  const auto place = static_cast<std::size_t>(column - table.columns.begin());
  std::string out;
  bool found = false;
  for (const auto& row : table.rows) {
    if (shown(row.front()) != row_name) continue;
    found = true;
    std::string where, ids;
    for (std::size_t i = 0; i < place; ++i) where += (i == 0 ? "" : ", ") + shown(row[i]);
    for (const std::int64_t attempt : row[place].attempts) ids += fmt::format(" a{}", attempt);
    out += fmt::format("{}: {} = {}, from{}\n", where, column_name, shown(row[place]), ids.empty() ? " no attempt" : ids);
  }
  if (!found) throw UserError("--explain: " + unknown_word("row", row_name, shown_in_first_column(table)));
  return out;
}

}  // namespace synthbench
