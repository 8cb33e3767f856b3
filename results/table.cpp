#include "results/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/words.h"
#include "results/format_markup.h"
#include "results/provenance_rows.h"
#include "results/table_shapes.h"
#include "results/table_spec.h"

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

/// What a table's file opens with says what it is for.
std::string first_comment(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  return std::string(trim(line.substr(line.starts_with('#') ? 1 : line.size())));
}

Table table_of(Store& store, const TableSpec& spec, const TableOptions& options) {
  if (options.paper && spec.paper.empty())
    throw UserError("--paper: nothing was published for this table (known: paper2 to paper7, functions, heads, narang, lra)");
  switch (spec.shape) {
    case TableSpec::Shape::configs: return table_of_configs(store, spec, options);
    case TableSpec::Shape::rows: return table_of_rows(store, spec, options);
    case TableSpec::Shape::effects: return table_of_effects(store, spec, options);
    case TableSpec::Shape::front: return table_of_front(store, spec, options);
    case TableSpec::Shape::growth: return table_of_growth(store, spec, options);
    case TableSpec::Shape::claims: return table_of_claims(store, spec, options);
  }
  throw std::logic_error("a table of no shape");
}

}  // namespace

Registry<TablePreset>& tables() {
  static Registry<TablePreset> all = [] {
    Registry<TablePreset> shipped("table");
    for (const ShippedText& file : shipped_tables()) {
      shipped.add(file.name, {first_comment(file.text), [&file](Store& store, const TableOptions& options) {
                                return table_of(store, parse_table(file.text, std::string(file.name) + ".toml", {}), options);
                              }});
    }
    return shipped;
  }();
  return all;
}

bool is_table_file(std::string_view name) { return name.ends_with(".sql") || name.ends_with(".toml"); }

Table make_table(Store& store, const std::string& preset_or_file, const TableOptions& options) {
  if (preset_or_file.ends_with(".sql")) return table_of_file(store, preset_or_file);
  Table table = preset_or_file.ends_with(".toml")
                    ? table_of(store, parse_table(read_file(preset_or_file), preset_or_file, options.keys), options)
                    : tables().at(preset_or_file).build(store, options);
  table.notes.push_back(fmt::format("behind a number: synthbench table {}{}{} --explain ROW,COLUMN", shell_word(preset_or_file),
                                    options.paper ? " --paper" : "", options.typed));
  return table;
}

namespace {

/// "  a12: seed 0, c7 of s3 lengths, done 2026-11-24T05:58:01Z, commit c0ffee0, ...", then where its log is and what repeats it.
std::string provenance_text(const OrderedJson& row) {
  const auto text = [&](const char* key) { return row[key].is_null() ? "" : row[key].get<std::string>(); };
  const std::string reason = text("reason").empty() ? "" : " (" + text("reason") + ")";
  std::string out =
      fmt::format("  {}: seed {}, {} of {}, {}{} {}, commit {}, build {}; {}\n", text("attempt"), row["seed"].dump(), text("cell"),
                  text("sweep"), text("state"), reason, text("ended_at"), text("commit"), text("build"), text("machine"));
  if (!text("log").empty()) out += "    log: " + text("log") + "\n";
  return out + "    command: " + text("command") + "\n";
}

}  // namespace

std::string explain(Store& store, const Table& table, const std::string& row_and_column) {
  std::string out;
  for (const Explained& one : explained(table, row_and_column)) {
    out += one.line + "\n";
    for (const OrderedJson& row : provenance_of(store, one.attempts).rows) out += provenance_text(row);
  }
  return out;
}

OrderedJson explain_json(Store& store, const Table& table, const std::string& row_and_column) {
  OrderedJson out = OrderedJson::array();
  for (const Explained& one : explained(table, row_and_column)) {
    OrderedJson row = OrderedJson::object();
    for (std::size_t i = 0; i < one.column; ++i) row[table.columns[i]] = table.rows[one.row][i].value;
    const TableCell& cell = table.rows[one.row][one.column];
    out.push_back({{"row", row},
                   {"column", table.columns[one.column]},
                   {"value", cell.value},
                   {"text", shown(cell)},
                   {"attempts", provenance_of(store, one.attempts).rows}});
  }
  return out;
}

std::vector<Explained> explained(const Table& table, const std::string& row_and_column) {
  const std::size_t comma = row_and_column.rfind(',');
  if (comma == std::string::npos) throw UserError(fmt::format("--explain '{}': ROW,COLUMN is needed", row_and_column));
  const std::string row_name(trim(std::string_view(row_and_column).substr(0, comma)));
  const std::string column_name(trim(std::string_view(row_and_column).substr(comma + 1)));
  const auto column = std::find(table.columns.begin(), table.columns.end(), column_name);
  if (column == table.columns.end()) throw UserError("--explain: " + unknown_word("column", column_name, table.columns));
  const auto place = static_cast<std::size_t>(column - table.columns.begin());
  std::vector<Explained> out;
  for (const auto& row : table.rows) {
    if (shown(row.front()) != row_name) continue;
    std::string where, ids;
    for (std::size_t i = 0; i < place; ++i) where += (i == 0 ? "" : ", ") + shown(row[i]);
    for (const std::int64_t attempt : row[place].attempts) ids += fmt::format(" a{}", attempt);
    out.push_back({fmt::format("{}: {} = {}, from{}", where, column_name, shown(row[place]), ids.empty() ? " no attempt" : ids),
                   row[place].attempts, static_cast<std::size_t>(&row - table.rows.data()), place});
  }
  if (out.empty()) throw UserError("--explain: " + unknown_word("row", row_name, shown_in_first_column(table)));
  return out;
}

}  // namespace synthbench
