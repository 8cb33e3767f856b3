#pragma once

#include <string>
#include <vector>

#include "ablations/grid.h"

namespace synthbench {

/// Where the user's own defaults lie: $XDG_CONFIG_HOME/synthbench/config.toml, else ~/.config/synthbench/config.toml.
/// Empty: neither variable is set.
std::string user_config_path();

/// That file's settings, in its order; none where there is no such file. Keys are long names of flags, of any command.
/// Throws UserError with file and line for what is not TOML, for unknown keys (with the nearest known one), and for tables.
std::vector<Setting> read_user_config();

}  // namespace synthbench
