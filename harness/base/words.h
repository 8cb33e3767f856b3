#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours); empty when none is near,
/// that is within a third of the word's length and at least 2. Case and '-' against '_' cost nothing.
std::string nearest_word(std::string_view word, std::span<const std::string> candidates);

/// "unknown variant 'vanila' (did you mean 'vanilla'?)", or the whole list where nothing is near.
std::string unknown_word(std::string_view what, std::string_view word, std::span<const std::string> known);

std::string join(std::span<const std::string> parts, std::string_view separator = ", ");
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);

/// 'don'\''t': one word of a POSIX shell; plain words stay as they are.
std::string shell_word(const std::string& text);

}  // namespace synthbench
