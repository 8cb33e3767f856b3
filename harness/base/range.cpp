#include "harness/base/range.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <concepts>
#include <limits>
#include <optional>

#include "harness/base/error.h"
#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

[[noreturn]] void refuse(std::string_view piece, std::string_view why) { throw UserError(fmt::format("'{}' {}", piece, why)); }

/// Reads a number off the front of text. nullopt: there is none. Throws when it does not fit.
template <typename Number>
std::optional<Number> take_number(std::string_view& text, std::string_view piece) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) refuse(piece, "does not fit into 64 bits");
  if (error != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty() && (text[0] == 'k' || text[0] == 'K')) {
    text.remove_prefix(1);
    if constexpr (std::integral<Number>) {
      if (value > std::numeric_limits<Number>::max() / 1024 || value < std::numeric_limits<Number>::min() / 1024) {
        refuse(piece, "does not fit into 64 bits");
      }
    }
    value *= 1024;
  }
  if constexpr (std::floating_point<Number>) {
    if (!std::isfinite(value)) refuse(piece, "is not a finite number");
  }
  return value;
}

template <typename Number>
struct Range {
  Number first{}, last{}, by{1};
  bool times = false;
};

/// a-b, a-b+s or a-b*m, bounds without a sign.
template <typename Number>
std::optional<Range<Number>> read_range(std::string_view piece) {
  std::string_view rest = piece;
  Range<Number> range;
  const auto unsigned_number = [&](Number& into) {
    rest = trim(rest);
    if (rest.empty() || rest[0] == '-') return false;
    const std::optional<Number> number = take_number<Number>(rest, piece);
    rest = trim(rest);
    if (number) into = *number;
    return number.has_value();
  };
  if (!unsigned_number(range.first) || rest.empty() || rest[0] != '-') return std::nullopt;
  rest.remove_prefix(1);
  if (!unsigned_number(range.last)) return std::nullopt;
  if (rest.empty()) return range;
  if (rest[0] != '+' && rest[0] != '*') return std::nullopt;
  range.times = rest[0] == '*';
  rest.remove_prefix(1);
  if (!unsigned_number(range.by) || !rest.empty()) return std::nullopt;
  return range;
}

/// Why a range never ends or never starts.
template <typename Number>
void check(const Range<Number>& range, std::string_view piece) {
  if (range.first > range.last) {
    std::string turned;
    if constexpr (std::integral<Number>) {
      const std::string step = range.times ? fmt::format("*{}", range.by) : range.by == 1 ? "" : fmt::format("+{}", range.by);
      turned = fmt::format("try {}-{}{}; ", range.last, range.first, step);
    }
    refuse(piece, "runs downwards (" + turned + "values that move together go into [[zip]])");
  }
  if (range.times && range.by <= 1) refuse(piece, "has a factor that never reaches the end (it must be above 1)");
  if (range.times && range.first == 0) {
    refuse(piece, fmt::format("starts at 0, and 0 times a factor stays 0 (try 0,1-{})", piece.substr(piece.find('-') + 1)));
  }
  if (!range.times && range.by <= 0) refuse(piece, "has a step of 0 (it must be above 0)");
}

void check_count(double count, std::string_view piece) {
  if (count <= static_cast<double>(kMaxPoints)) return;
  const std::string shown = count < 9e18 ? format_count(static_cast<std::int64_t>(count)) : format_number(count);
  refuse(piece, fmt::format("has {} values, more than the {} points that a grid may have", shown, format_count(kMaxPoints)));
}

void append(const Range<std::int64_t>& range, std::string_view piece, std::vector<std::int64_t>& out) {
  const std::int64_t span = range.last - range.first;
  if (!range.times) check_count(static_cast<double>(span / range.by) + 1, piece);
  for (std::int64_t value = range.first;;) {
    out.push_back(value);
    if (range.times ? value > range.last / range.by : value > range.last - range.by) return;
    value = range.times ? value * range.by : value + range.by;
  }
}

/// 0.1+0.1+0.1 is meant to be 0.3: values of a float range have 15 digits.
double rounded(double value) { return std::stod(fmt::format("{:.15g}", value)); }

void append(const Range<double>& range, std::string_view piece, std::vector<double>& out) {
  constexpr double kSlack = 1 + 1e-12;  // the end is hit although the steps were rounded
  const double count = range.times ? std::floor(std::log(range.last / range.first) / std::log(range.by) + 1e-9) + 1
                                   : std::floor((range.last - range.first) / range.by * kSlack) + 1;
  check_count(count, piece);
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(count); ++i) {
    const double n = static_cast<double>(i);
    out.push_back(rounded(range.times ? range.first * std::pow(range.by, n) : range.first + n * range.by));
  }
}

template <typename Number>
std::vector<Number> parse(std::string_view text) {
  std::vector<Number> values;
  for (const std::string& part : parse_texts(text)) {
    std::string_view rest = part;
    const std::optional<Number> number = take_number<Number>(rest, part);
    if (number && rest.empty()) {
      values.push_back(*number);
    } else if (const auto range = read_range<Number>(part)) {
      check(*range, part);
      append(*range, part, values);
    } else if (double written = 0;
               std::integral<Number> && std::from_chars(part.data(), part.data() + part.size(), written).ptr == part.data() + part.size()) {
      constexpr double kExact = 9007199254740992;  // 2^53
      if (std::floor(written) != written || std::abs(written) > kExact) refuse(part, "is not a whole number");
      values.push_back(static_cast<Number>(written));  // 512.0, as in a file
    } else {
      refuse(part, std::integral<Number> ? "is not a number or a range (try 8,16 or 8-64*2)"
                                         : "is not a number or a range (try 0.1,0.2 or 1e-4-1e-2*10)");
    }
    if (static_cast<std::int64_t>(values.size()) > kMaxPoints) check_count(static_cast<double>(values.size()), text);
  }
  return values;
}

}  // namespace

std::vector<std::int64_t> parse_integers(std::string_view text) { return parse<std::int64_t>(text); }

std::vector<double> parse_numbers(std::string_view text) { return parse<double>(text); }

std::vector<std::string> parse_texts(std::string_view text) {
  std::vector<std::string> pieces;
  if (trim(text).empty()) throw UserError("'' is empty: at least one value is needed");
  for (const std::string& part : split(text, ',')) {
    pieces.emplace_back(trim(part));
    if (pieces.back().empty()) throw UserError(fmt::format("'{}' has an empty piece between its commas", text));
  }
  return pieces;
}

}  // namespace synthbench
