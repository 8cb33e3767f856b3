#pragma once

#include <nlohmann/json.hpp>

namespace synthbench {

/// Sorted keys: what is hashed and stored.
using Json = nlohmann::json;
/// Keys in the order in which they were put: what is printed.
using OrderedJson = nlohmann::ordered_json;

}  // namespace synthbench
