#pragma once

#include <cstdint>
#include <string>

#include "harness/base/json.h"
#include "results/store.h"

namespace synthbench {

/// Everything that the database and the log say about one sweep, cell or attempt; nullopt-like: null when there is none.
OrderedJson show_sweep(Store& store, std::int64_t id);
OrderedJson show_cell(Store& store, const std::string& db_path, std::int64_t id);
OrderedJson show_attempt(Store& store, const std::string& db_path, std::int64_t id);

/// The last lines of a log file; empty when it cannot be read. log_path: absolute, or relative to the database's folder.
std::string log_tail(const std::string& db_path, const std::string& log_path, std::size_t lines = 20);

}  // namespace synthbench
