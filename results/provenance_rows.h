#pragma once

#include <cstdint>
#include <span>

#include "results/store.h"

namespace synthbench {

/// What stands behind a number, a row an attempt in the order of ids: attempt ("a12"), cell ("c7"), sweep ("s3 lengths"), seed, state, reason,
/// kernel, noisy, ended_at, command, log, commit, build, machine, config (canonical JSON). Ids that are not there have no row.
Store::Selection provenance_of(Store& store, std::span<const std::int64_t> attempts);

}  // namespace synthbench
