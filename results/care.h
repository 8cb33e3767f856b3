#pragma once

#include <string>
#include <vector>

#include "results/store.h"

namespace synthbench {

/// What a database is and holds: rows of fact and value.
Store::Selection facts_of_file(Store& store);

/// One thing that was looked at.
struct Finding {
  std::string check;   ///< "pages", "references", "results", "hashes", "artifacts"
  std::string status;  ///< ok, warn, fail
  std::string detail;
};
/// Whether the file is sound, results belong to their cells, and hashes are those of what they name, files of artifacts included.
/// folder: of the database, for paths of artifacts.
std::vector<Finding> check_database(Store& store, const std::string& folder);

/// Packs the file anew, without the pages that removals left. Others wait meanwhile.
void vacuum(Store& store);

/// Copies a database that was opened, beside readers and a writer (backup.h).
void back_up(Store& store, const std::string& file);

}  // namespace synthbench
