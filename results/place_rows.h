#pragma once

#include "results/sqlite.h"
#include "results/store.h"

namespace synthbench {

/// The id of a build or machine, inserted when new; within the caller's transaction.
std::int64_t insert_build(const Connection& database, const BuildRow& build);
std::int64_t insert_env(const Connection& database, const EnvRow& env);

/// The rows of these ids.
BuildRow stored_build(Store& store, std::int64_t id);
EnvRow stored_env(Store& store, std::int64_t id);

}  // namespace synthbench
