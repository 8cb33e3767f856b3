#pragma once

#include <optional>

#include "results/sqlite.h"
#include "results/store.h"

namespace synthbench {

/// Brings a database of an older version to the current one, in one transaction after a backup beside it (PATH.v1.bak); nullopt where
/// it is current. Our turn among writers is the caller's.
std::optional<Migrated> migrate(const Connection& database);

}  // namespace synthbench
