#pragma once

#include <map>
#include <string>
#include <vector>

#include "results/format_markup.h"
#include "tests/results/fixtures.h"

/// What a test asks of a table that was made.
namespace synthbench {

inline std::string notes(const Table& table) {
  std::string out;
  for (const std::string& note : table.notes) out += note + "\n";
  return out;
}

/// The line whose first cells are these, by column.
inline std::map<std::string, TableCell> line(const Table& table, const std::vector<std::string>& first) {
  for (const auto& row : table.rows) {
    bool equal = true;
    for (std::size_t i = 0; i < first.size(); ++i) equal = equal && shown(row[i]) == first[i];
    if (!equal) continue;
    std::map<std::string, TableCell> out;
    for (std::size_t i = 0; i < row.size(); ++i) out[table.columns[i]] = row[i];
    return out;
  }
  ADD_FAILURE() << "no such line in\n" << format_table(table, "md");
  return {};
}

}  // namespace synthbench
