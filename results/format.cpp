// One printer for every table: formats for machines here, formats for people in format_markup.cpp.
#include "results/format.h"

#include <map>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/format_markup.h"

namespace synthbench {
namespace {

/// JSON as text; bytes that are not UTF-8 (of a log) are replaced, never an exception.
std::string dumped(const OrderedJson& json, int indent = -1) {
  return json.dump(indent, ' ', false, OrderedJson::error_handler_t::replace);
}

OrderedJson object_of(const Table& table, const std::vector<TableCell>& row) {
  OrderedJson out = OrderedJson::object();
  for (std::size_t i = 0; i < row.size(); ++i) out[table.columns[i]] = row[i].value;
  return out;
}

OrderedJson objects_of(const Table& table) {
  OrderedJson out = OrderedJson::array();
  for (const auto& row : table.rows) out.push_back(object_of(table, row));
  return out;
}

/// [{"row": 0, "column": "ppl", "mark": "best"}, ...]
OrderedJson marks_of(const Table& table) {
  OrderedJson out = OrderedJson::array();
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      const Mark mark = table.rows[row][i].mark;
      if (mark == Mark::none) continue;
      out.push_back({{"row", row}, {"column", table.columns[i]}, {"mark", mark == Mark::best ? "best" : "second"}});
    }
  }
  return out;
}

std::string json_of_table(const Table& table) {
  OrderedJson out = {{"caption", table.caption}, {"columns", table.columns}, {"rows", objects_of(table)}, {"notes", table.notes}};
  if (OrderedJson marks = marks_of(table); !marks.empty()) out["marks"] = std::move(marks);
  return dumped(out, 2) + "\n";
}

std::string jsonl(const Table& table) {
  std::string out;
  for (const auto& row : table.rows) out += dumped(object_of(table, row)) + "\n";
  return out;
}

/// The value as a machine reads it; lists (intervals) as people read them.
std::string plain(const TableCell& cell) {
  if (cell.value.is_null()) return "";
  if (cell.value.is_string()) return cell.value.get<std::string>();
  return cell.value.is_structured() && !cell.text.empty() ? cell.text : dumped(cell.value);
}

/// RFC 4180. An empty field that would make an empty line is quoted too.
std::string csv_field(const std::string& text, bool alone) {
  const bool quote = text.find_first_of(",\"\n\r") != std::string::npos || (alone && text.empty());
  if (!quote) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

std::string csv(const Table& table) {
  const bool alone = table.columns.size() == 1;
  std::string out;
  for (std::size_t i = 0; i < table.columns.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(table.columns[i], alone);
  out += "\n";
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) out += (i == 0 ? "" : ",") + csv_field(plain(row[i]), alone);
    out += "\n";
  }
  return out;
}

std::string in_quotes(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) out += c == quote ? std::string(2, quote) : std::string(1, c);
  return out + quote;
}

std::string sql_value(const TableCell& cell) {
  if (cell.value.is_null()) return "NULL";
  if (cell.value.is_number()) return dumped(cell.value);
  if (cell.value.is_boolean()) return cell.value.get<bool>() ? "1" : "0";
  return in_quotes(plain(cell), '\'');
}

/// Statements that make a table `result` with these rows.
std::string sql(const Table& table) {
  const auto comment = [](const std::string& text) {
    std::string line = text;
    for (char& c : line) c = c == '\n' || c == '\r' ? ' ' : c;
    return "-- " + line + "\n";
  };
  std::string names;
  for (const std::string& column : table.columns) names += (names.empty() ? "" : ", ") + in_quotes(column, '"');
  std::string out = table.caption.empty() ? "" : comment(table.caption);
  out += "CREATE TABLE IF NOT EXISTS result(" + names + ");\n";
  for (const auto& row : table.rows) {
    std::string values;
    for (const TableCell& cell : row) values += (values.empty() ? "" : ", ") + sql_value(cell);
    out += "INSERT INTO result(" + names + ") VALUES(" + values + ");\n";
  }
  for (const std::string& note : table.notes) out += comment(note);
  return out;
}

using Printer = std::string (*)(const Table&);

const std::map<std::string, Printer, std::less<>>& printers() {
  static const std::map<std::string, Printer, std::less<>> kAll = {{"md", markdown},   {"csv", csv},   {"json", json_of_table},
                                                                   {"jsonl", jsonl},   {"tex", latex}, {"html", html},
                                                                   {"adoc", asciidoc}, {"org", org},   {"sql", sql}};
  return kAll;
}

}  // namespace

std::vector<std::string> table_formats() { return {"md", "csv", "json", "jsonl", "tex", "html", "adoc", "org", "sql"}; }

std::string format_table(const Table& table, std::string_view format) {
  const auto found = printers().find(format);
  if (found == printers().end()) throw UserError(unknown_word("format", format, table_formats()));
  return found->second(table);
}

std::string format_rows(const Store::Selection& rows, std::string_view format) {
  if (format == "json") return dumped(OrderedJson(rows.rows), 2) + "\n";
  return format_table(table_of(rows), format);
}

Table table_of(const Store::Selection& rows) {
  Table table;
  table.columns = rows.columns;
  for (const OrderedJson& object : rows.rows) {
    std::vector<TableCell> row;
    for (const std::string& column : rows.columns) row.push_back({.value = object.at(column)});
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace synthbench
