#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace synthbench {

/// The whole content of a file. Throws UserError "cannot read PATH: why".
std::string read_file(const std::string& path);
/// The same in pieces, for files that are too large to be held whole.
void read_file(const std::string& path, const std::function<void(std::string_view piece)>& take);

/// Writes a sibling and renames it, so that a reader never sees half a file; a device is written to as it is. Throws UserError "cannot write PATH: why".
void write_file(const std::string& path, std::string_view content);

/// Where a path leads once links are followed; the path itself where it is none, or where links go in a circle. What it leads to
/// need not exist.
std::string behind_links(const std::string& path);

}  // namespace synthbench
