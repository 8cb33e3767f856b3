#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// What some editors put in front of a text.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// Takes the next line off the front of a text, without its line feed; false when nothing is left.
bool take_line(std::string_view& rest, std::string_view& line);

/// Where the first byte lies that is not UTF-8 (surrogates and overlong forms are not); absent where all is well.
std::optional<std::size_t> first_invalid_byte(std::string_view text);

/// One number per character; what is not UTF-8 becomes U+FFFD.
std::u32string code_points(std::string_view utf8);
std::string utf8_of(std::u32string_view characters);

/// Full Unicode lower case, as Python's str.lower: one letter may become two, and a final sigma is a final one.
std::string lower_case(std::string_view utf8);

/// What Python's str.split and str.strip take for blank, among others U+00A0 and U+3000.
bool is_blank(char32_t c);
/// One of !"#$%&'()*+,-./:;<=>?@[\]^_`{|}~
bool is_ascii_punctuation(char c);
/// Unicode's general categories P, S, N, and L or N.
bool is_punctuation(char32_t c);
bool is_symbol(char32_t c);
bool is_number(char32_t c);
bool is_letter_or_number(char32_t c);

/// The runs of characters that are not blank, as Python's str.split(). Views into text.
std::vector<std::string_view> split_at_blanks(std::string_view utf8);
/// Without blanks at its end, at both ends.
std::string_view strip_right(std::string_view utf8);
std::string_view strip(std::string_view utf8);

}  // namespace synthbench
