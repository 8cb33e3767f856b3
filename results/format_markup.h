#pragma once

#include <string>
#include <string_view>

#include "results/format.h"

namespace synthbench {

/// The formats that people read. Caption and notes appear where the table has them.
std::string markdown(const Table& table);
std::string latex(const Table& table);
std::string html(const Table& table);
std::string asciidoc(const Table& table);
std::string org(const Table& table);

/// For text and attributes of HTML and SVG; control characters become blanks.
std::string escape_html(std::string_view text);

/// Which columns hold numbers, and stand to the right.
std::vector<bool> numeric_columns(const Table& table);

/// What a person reads in a cell: its text, else its value; null is "".
std::string shown(const TableCell& cell);

}  // namespace synthbench
