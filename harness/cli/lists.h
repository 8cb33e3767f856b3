#pragma once

#include <functional>
#include <map>
#include <string>

#include "results/store.h"

namespace synthbench {

/// One list of `ls`.
struct List {
  std::string summary;
  std::function<Store::Selection(const std::string& db_path)> rows;
  std::function<Store::Selection()> in_short{};  ///< for people, where the rows are too wide for a terminal; else they are the same
};

/// A list in one of table_formats().
std::string list_text(const List& list, const std::string& db_path, const std::string& format);

/// By name, "variants". What the program knows (lists.cpp) and what a database holds (lists_of_runs.cpp).
const std::map<std::string, List>& lists();

Store::Selection list_sweeps(const std::string& db_path);
Store::Selection list_cells(const std::string& db_path);
Store::Selection list_attempts(const std::string& db_path);
Store::Selection stored_metrics(const std::string& db_path);
Store::Selection list_artifacts(const std::string& db_path);
Store::Selection list_queries(const std::string& db_path);

}  // namespace synthbench
