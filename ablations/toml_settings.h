#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ablations/grid.h"

namespace synthbench {

/// A TOML file without tables: its keys with their values (lists as JSON arrays), in the order of the file.
/// Throws UserError with file and line.
std::vector<Setting> read_toml_settings(const std::string& path, SaidBy by);

/// A TOML document as the test suite toml-test wants it: every value an object of its type and its text,
/// {"n": {"type": "integer", "value": "1"}}. Throws UserError for what is not TOML 1.0.
std::string tagged_json(std::string_view text);

}  // namespace synthbench
