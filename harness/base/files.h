#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace synthbench {

/// The whole content of a file. Throws UserError "cannot read PATH: why".
std::string read_file(const std::string& path);
/// The same in pieces, for files that are too large to be held whole.
void read_file(const std::string& path, const std::function<void(std::string_view piece)>& take);

/// Writes a sibling and renames it, so that a reader never sees half a file. What stood there keeps its permissions, and a link stays:
/// what it leads to is replaced. A device or a pipe is written to as it is. Throws UserError "cannot write NAME: why".
void write_file(const std::string& name, std::string_view content);
/// The same, piece by piece; what produce throws leaves the file as it was.
using Put = std::function<void(std::string_view piece)>;
void write_file(const std::string& name, const std::function<void(const Put&)>& produce);

/// Where a path leads once links are followed; the path itself where it is none, or where links go in a circle. What it leads to
/// need not exist.
std::string behind_links(const std::string& path);

}  // namespace synthbench
