// Databases that earlier versions wrote, kept as SQL text in older/.
#pragma once

#include <string>

#include "harness/base/files.h"
#include "results/sqlite.h"

namespace synthbench {

/// Makes PATH as synthbench with that schema version left it.
inline void make_older_file(const std::string& path, std::int64_t version) {
  const Connection database(path, Connection::Mode::write, 1);
  database.text("PRAGMA journal_mode = WAL");
  database.execute(read_file(std::string(SYNTHBENCH_SOURCE_DIR) + "/tests/results/older/v" + std::to_string(version) + ".sql"));
}

}  // namespace synthbench
