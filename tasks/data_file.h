#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace synthbench {

/// The bytes of a data file, whether it lies as it is or compressed.
/// place: "folder/file", for which "folder/file.gz" is as good, or "folder/archive.zip!member".
/// Absent when there is no such file. Throws UserError that names the file when it is damaged or has no such member.
std::optional<std::string> read_data_file(const std::string& place);

/// One member of a ZIP archive (stored or deflated, below 4 GiB). archive: the bytes of the file, path: for messages.
std::string unzip(std::string_view archive, std::string_view member, const std::string& path);

}  // namespace synthbench
