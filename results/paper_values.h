#pragma once

#include <string>
#include <vector>

#include "results/store.h"

namespace synthbench {

class Connection;

/// A published number.
struct PaperValue {
  std::string paper, table, row, column;
  double value = 0;    ///< as printed; 67M and 11.1T are 67e6 and 11.1e12
  std::string text{};  ///< as printed
  std::string note{};  ///< what is known to be odd about it
};

/// What a table of a paper says.
struct PaperTable {
  std::string source{};  ///< the paper, with the table's number there
  std::vector<PaperValue> values{};
  std::vector<std::string> notes{};  ///< on the table, some of its rows or columns
};

/// A file of results/paper: "# source: ..." and "# note: ROWS | COLUMNS | TEXT" ('*': all), then CSV. What is no number is left
/// out. Throws std::logic_error for a file of another form.
PaperTable parse_paper(const std::string& name, const std::string& text);

/// The table that is shipped, and on top of it what a user added to the database: rows whose note is not that of a shipped value.
PaperTable published(Store& store, const std::string& paper, const std::string& table);

/// Whether a row of paper_value of that note is a value that a program ships, of this version or another.
bool is_shipped(const std::string& paper, const std::string& table, const std::string& note);

/// Puts the shipped values that it lacks into table paper_value, and corrects those that an older program put there.
void ship_paper_values(const Connection& database);

}  // namespace synthbench
