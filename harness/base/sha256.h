#pragma once

#include <string>
#include <string_view>

namespace synthbench {

/// 64 lower-case hex digits of the SHA-256 of some bytes (libmd).
std::string sha256(std::string_view bytes);

/// The same of a file's content. Throws UserError that names the file when it cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace synthbench
