#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/json.h"
#include "results/store.h"

namespace synthbench {

/// The best and the second best of what is compared, where the difference to the next is significant.
enum class Mark : std::uint8_t { none, best, second };

/// One value of a table: what machines read, what people read, and where it comes from.
struct TableCell {
  OrderedJson value{};                   ///< a number stays a number; null: not applicable here
  std::string text{};                    ///< as printed; empty: the value itself
  std::vector<std::int64_t> attempts{};  ///< behind the number, for --explain
  Mark mark = Mark::none;                ///< how people see it: bold, and underlined or in italics
};

struct Table {
  std::string caption{};
  std::vector<std::string> columns{};
  std::vector<std::vector<TableCell>> rows{};
  std::vector<std::string> notes{};  ///< printed under the table
};

/// md csv json jsonl tex html adoc org sql
std::vector<std::string> table_formats();

/// json: {"caption","columns","rows":[{...}],"notes"}; jsonl: a row a line; csv: rows alone, RFC 4180.
/// Throws UserError that lists the formats when there is no such format.
std::string format_table(const Table& table, std::string_view format);

/// Rows alone, for query and ls: as a table without caption and notes; json is an array of objects.
std::string format_rows(const Store::Selection& rows, std::string_view format);

Table table_of(const Store::Selection& rows);

/// Columns of a terminal that a UTF-8 text takes: wide letters two, combining marks none.
std::size_t display_width(std::string_view utf8);

}  // namespace synthbench
