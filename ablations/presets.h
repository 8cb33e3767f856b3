#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/base/json.h"

namespace synthbench {

/// Defaults that belong together: what model.preset = NAME puts in place of the defaults of keys(). Keys that are named
/// anywhere else win.
const std::map<std::string, Json>& presets();
std::vector<std::string> preset_names();

}  // namespace synthbench
