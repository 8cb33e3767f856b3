#include "results/latex_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>

namespace synthbench {
namespace {

struct Letter {
  char32_t code = 0;
  std::size_t bytes = 1;
};

/// The letter that a text begins with; nullopt where its bytes are no UTF-8 (also overlong forms, surrogates, beyond U+10FFFF).
std::optional<Letter> first_letter(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return Letter{lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return std::nullopt;
  char32_t code = lead & (0xFFu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return std::nullopt;
    code = (code << 6) | (next & 0x3F);
  }
  constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLeast[bytes] || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return std::nullopt;
  return Letter{code, bytes};
}

const std::map<char32_t, const char*>& commands() {
  static const std::map<char32_t, const char*> all = {
      {'\\', "\\textbackslash{}"},
      {'{', "\\{"},
      {'}', "\\}"},
      {'$', "\\$"},
      {'&', "\\&"},
      {'#', "\\#"},
      {'%', "\\%"},
      {'_', "\\_"},
      {'~', "\\textasciitilde{}"},
      {'^', "\\textasciicircum{}"},
      {'<', "\\textless{}"},
      {'>', "\\textgreater{}"},
      {'|', "\\textbar{}"},
      {U'\u00A0', "~"},
      {U'\u00AD', "\\-"},
      {U'\u00B0', "$^\\circ$"},
      {U'\u00B1', "$\\pm$"},
      {U'\u00B2', "$^2$"},
      {U'\u00B3', "$^3$"},
      {U'\u00B5', "$\\mu$"},
      {U'\u00B7', "$\\cdot$"},
      {U'\u00D7', "$\\times$"},
      {U'\u00F7', "$\\div$"},
      {U'\u03BC', "$\\mu$"},
      {U'\u2013', "--"},
      {U'\u2014', "---"},
      {U'\u2018', "`"},
      {U'\u2019', "'"},
      {U'\u201C', "``"},
      {U'\u201D', "''"},
      {U'\u2026', "\\ldots{}"},
      {U'\u2192', "$\\rightarrow$"},
      {U'\u2212', "$-$"},
      {U'\u2264', "$\\leq$"},
      {U'\u2265', "$\\geq$"},
  };
  return all;
}

/// Letters that T1 has, or composes: those of Latin-1 and Latin Extended-A but for a few that no T1 font holds.
bool is_latin(char32_t code) {
  constexpr std::array<char32_t, 9> kMissing = {0x126, 0x127, 0x138, 0x13F, 0x140, 0x149, 0x166, 0x167, 0x17F};
  return code >= 0xC0 && code <= 0x17F && std::ranges::find(kMissing, code) == kMissing.end();
}

/// "--", "''", "``", ",,", "?`", "!`": TeX's fonts make one letter of them.
bool makes_ligature(char letter, char next) {
  if (next == '`' && (letter == '?' || letter == '!')) return true;
  return letter == next && std::string_view("-'`,").find(letter) != std::string_view::npos;
}

}  // namespace

std::string latex_text(std::string_view utf8) {
  std::string out;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::string_view rest = utf8.substr(at);
    const auto letter = first_letter(rest);
    at += letter ? letter->bytes : 1;
    if (!letter) {
      out += '?';
    } else if (const auto known = commands().find(letter->code); known != commands().end()) {
      out += known->second;
    } else if (letter->code < 0x20 || (letter->code >= 0x7F && letter->code < 0xA0)) {
      out += ' ';  // no line break, no control code of a terminal
    } else if (letter->code < 0x7F) {
      const bool bound = rest.size() > 1 && makes_ligature(rest[0], rest[1]);
      out += bound ? fmt::format("{{{}}}", rest[0]) : std::string(1, rest[0]);
    } else if (is_latin(letter->code)) {
      out += rest.substr(0, letter->bytes);
    } else {
      out += fmt::format("U+{:04X}", static_cast<std::uint32_t>(letter->code));
    }
  }
  return out;
}

bool needs_latin_fonts(std::string_view latex) {
  return std::ranges::any_of(latex, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace synthbench
