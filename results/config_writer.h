#pragma once

#include <map>
#include <string>

#include "results/sqlite.h"
#include "results/store.h"

namespace synthbench {

/// Inserts configs once each; 100,000 cells are usually a few thousand configs times seeds. Within the caller's transaction.
class ConfigWriter {
 public:
  explicit ConfigWriter(const Connection& database);
  /// config_id of the cell's config.
  std::int64_t id(const CellRow& cell);

 private:
  std::int64_t insert(const CellRow& cell);

  const Connection& database_;
  Statement find_, insert_, parameter_;
  std::map<std::string, std::int64_t> ids_;
};

}  // namespace synthbench
