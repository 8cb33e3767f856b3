#include "tasks/metrics/unicode.h"

#include <unicode/ucasemap.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace synthbench {
namespace {

// ICU's macros narrow integers.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
/// The character that starts at place, which moves behind it; negative where the bytes are no UTF-8.
UChar32 next_character(std::string_view text, std::size_t& place) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  UChar32 c = 0;
  U8_NEXT(bytes, place, text.size(), c);
  return c;
}

void append_character(char32_t c, std::string& out) {
  std::uint8_t bytes[U8_MAX_LENGTH];
  std::size_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, c);
  out.append(reinterpret_cast<const char*>(bytes), length);
}
#pragma GCC diagnostic pop

UChar32 icu(char32_t c) { return static_cast<UChar32>(c); }

bool of_category(char32_t c, std::uint32_t mask) { return (U_GET_GC_MASK(icu(c)) & mask) != 0; }

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

struct Character {
  std::size_t start, end;
  bool blank;
};

Character character_at(std::string_view text, std::size_t place) {
  const auto byte = static_cast<unsigned char>(text[place]);
  if (byte < 0x80) return {place, place + 1, is_blank(byte)};
  const std::size_t start = place;
  const UChar32 c = next_character(text, place);
  return {start, place, c >= 0 && is_blank(static_cast<char32_t>(c))};
}

}  // namespace

bool take_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) return false;
  line = rest.substr(0, rest.find('\n'));
  rest.remove_prefix(std::min(line.size() + 1, rest.size()));
  return true;
}

std::optional<std::size_t> first_invalid_byte(std::string_view text) {
  for (std::size_t place = 0; place < text.size();) {
    const std::size_t start = place;
    if (next_character(text, place) < 0) return start;
  }
  return std::nullopt;
}

std::u32string code_points(std::string_view utf8) {
  std::u32string out;
  out.reserve(utf8.size());
  for (std::size_t place = 0; place < utf8.size();) {
    const UChar32 c = next_character(utf8, place);
    out += c < 0 ? U'\uFFFD' : static_cast<char32_t>(c);
  }
  return out;
}

std::string utf8_of(std::u32string_view characters) {
  std::string out;
  out.reserve(characters.size());
  for (const char32_t c : characters) append_character(c, out);
  return out;
}

std::string lower_case(std::string_view utf8) {
  std::string out(utf8.size() * 3 + 1, '\0');  // no character's lower case is longer: U+0130 is 2 bytes and becomes 3
  if (is_ascii(utf8)) {
    out.resize(utf8.size());
    std::ranges::transform(utf8, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
  }
  UErrorCode status = U_ZERO_ERROR;
  static const std::unique_ptr<UCaseMap, decltype(&ucasemap_close)> map(ucasemap_open("", U_FOLD_CASE_DEFAULT, &status), ucasemap_close);
  const std::int32_t length = ucasemap_utf8ToLower(map.get(), out.data(), static_cast<std::int32_t>(out.size()), utf8.data(),
                                                   static_cast<std::int32_t>(utf8.size()), &status);
  if (U_FAILURE(status)) throw std::runtime_error(std::string("lower case: ") + u_errorName(status));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

bool is_blank(char32_t c) {
  if (c < 0x80) return (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x20);
  return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
         c == 0x205f || c == 0x3000;
}

bool is_ascii_punctuation(char c) { return (c > ' ' && c < '0') || (c > '9' && c < 'A') || (c > 'Z' && c < 'a') || (c > 'z' && c < 0x7f); }

bool is_punctuation(char32_t c) { return of_category(c, U_GC_P_MASK); }
bool is_symbol(char32_t c) { return of_category(c, U_GC_S_MASK); }
bool is_number(char32_t c) { return of_category(c, U_GC_N_MASK); }
bool is_letter_or_number(char32_t c) { return of_category(c, U_GC_L_MASK | U_GC_N_MASK); }

std::vector<std::string_view> split_at_blanks(std::string_view utf8) {
  std::vector<std::string_view> words;
  std::size_t start = 0;
  for (std::size_t place = 0; place < utf8.size();) {
    const Character c = character_at(utf8, place);
    if (c.blank && c.start > start) words.push_back(utf8.substr(start, c.start - start));
    if (c.blank) start = c.end;
    place = c.end;
  }
  if (start < utf8.size()) words.push_back(utf8.substr(start));
  return words;
}

std::string_view strip_right(std::string_view utf8) {
  while (!utf8.empty()) {
    std::size_t last = utf8.size() - 1;
    while (last > 0 && U8_IS_TRAIL(static_cast<std::uint8_t>(utf8[last]))) --last;
    const Character c = character_at(utf8, last);
    if (!c.blank || c.end != utf8.size()) break;
    utf8 = utf8.substr(0, last);
  }
  return utf8;
}

std::string_view strip(std::string_view utf8) {
  utf8 = strip_right(utf8);
  while (!utf8.empty() && character_at(utf8, 0).blank) utf8.remove_prefix(character_at(utf8, 0).end);
  return utf8;
}

}  // namespace synthbench
