#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace synthbench {

/// One list of `ls`: rows with the same keys, in order.
struct List {
  std::string summary;
  std::function<std::vector<OrderedJson>(const std::string& db_path)> rows;
};

/// By name, "variants". What the program knows (lists.cpp) and what a database holds (lists_of_runs.cpp).
const std::map<std::string, List>& lists();

std::vector<OrderedJson> list_sweeps(const std::string& db_path);
std::vector<OrderedJson> list_cells(const std::string& db_path);
std::vector<OrderedJson> list_attempts(const std::string& db_path);
std::vector<OrderedJson> list_metrics(const std::string& db_path);

}  // namespace synthbench
