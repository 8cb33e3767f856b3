#pragma once

#include <string>

namespace synthbench {

/// Writes the regular files of an archive below a folder, which is made. Throws UserError that names the archive and the member,
/// with nothing written outside of the folder: a name that is absolute or has "..", a link, a device; a damaged archive.
void unpack(const std::string& archive, const std::string& folder);

}  // namespace synthbench
