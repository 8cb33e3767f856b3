#pragma once

#include <optional>
#include <string>

namespace synthbench {

/// The bytes of a data file, whether it lies as it is or packed.
/// place: "folder/file", for which "folder/file.gz" (.xz .bz2 .zst) is as good, or "folder/archive.zip!member".
/// Absent when there is no such file. Throws UserError that names the file when it is damaged or has no such member.
std::optional<std::string> read_data_file(const std::string& place);

}  // namespace synthbench
