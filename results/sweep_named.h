#pragma once

#include <optional>
#include <string>

#include "results/store.h"

namespace synthbench {

/// "s3" where there is such a number, else a name: its latest sweep; nullopt where there is none.
std::optional<std::int64_t> find_sweep(Store& store, const std::string& text);
/// The same; throws UserError with the nearest name.
std::int64_t sweep_named(Store& store, const std::string& text);

/// The sweep that was planned last; nullopt where there is none.
std::optional<std::int64_t> latest_sweep(Store& store);

}  // namespace synthbench
