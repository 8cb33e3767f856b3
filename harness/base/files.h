#pragma once

#include <string>
#include <string_view>

namespace synthbench {

/// The whole content of a file. Throws UserError "cannot read PATH: why".
std::string read_file(const std::string& path);

/// Writes a sibling and renames it, so that a reader never sees half a file. Throws UserError "cannot write PATH: why".
void write_file(const std::string& path, std::string_view content);

}  // namespace synthbench
