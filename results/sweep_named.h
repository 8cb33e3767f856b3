#pragma once

#include <optional>
#include <string>

#include "results/store.h"

namespace synthbench {

/// "s3" where there is such a number, else a name: its latest sweep; nullopt where there is none.
std::optional<std::int64_t> find_sweep(Store& store, const std::string& text);
/// The same; throws UserError with the nearest name.
std::int64_t sweep_named(Store& store, const std::string& text);

/// "2 sweeps are named 'grid': the latest (s3) is meant"; nullopt where the text means one sweep alone. The shards of a plan are such.
std::optional<std::string> namesakes(Store& store, const std::string& text);

std::string name_of_sweep(Store& store, std::int64_t sweep);

/// The sweep that was planned last; nullopt where there is none.
std::optional<std::int64_t> latest_sweep(Store& store);

}  // namespace synthbench
