#include "harness/base/units.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

/// Reads a finite, non-negative number off the front of text; false when there is none.
bool take_number(std::string_view& text, double& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return false;
  text = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  return true;
}

}  // namespace

double parse_duration(std::string_view text) {
  std::string_view rest = trim(text);
  double value = 0;
  if (take_number(rest, value)) {
    if (rest.empty() || rest == "s") return value;
    if (rest == "us" || rest == "µs") return value * 1e-6;
    if (rest == "ms") return value * 1e-3;
    if (rest == "m" || rest == "min") return value * 60;
    if (rest == "h") return value * 3600;
    if (rest == "d") return value * 86400;
  }
  throw UserError(fmt::format("'{}' is not a duration (try 0.3s, 120s, 10min or 8h)", text));
}

double parse_fraction(std::string_view text) {
  std::string_view rest = trim(text);
  double value = 0;
  if (take_number(rest, value)) {
    if (rest.empty()) return value;
    if (rest == "%") return value / 100;
  }
  throw UserError(fmt::format("'{}' is not a percentage (try 2% or 0.02)", text));
}

std::int64_t parse_bytes(std::string_view text) {
  std::string_view rest = trim(text);
  double value = 0;
  if (take_number(rest, value)) {
    if (!rest.empty() && (rest.back() == 'B' || rest.back() == 'b')) rest.remove_suffix(1);
    if (!rest.empty() && rest.back() == 'i') rest.remove_suffix(1);
    const std::string_view units = "KMGT";
    const std::size_t power = rest.empty() ? 0 : rest.size() == 1 ? units.find(static_cast<char>(rest[0] & ~0x20)) + 1 : 0;
    const double bytes = value * std::pow(1024.0, static_cast<double>(power));
    if ((rest.empty() || power != 0) && bytes < 9e18) return static_cast<std::int64_t>(bytes);
  }
  throw UserError(fmt::format("'{}' is not an amount of memory (try 512M or 3G)", text));
}

std::string format_seconds(double seconds) {
  if (!std::isfinite(seconds)) return "n/a";
  const double size = std::abs(seconds);
  if (size >= 100) {
    const double whole = std::round(size), minutes = std::floor(whole / 60);
    if (whole >= 6000)
      return fmt::format("{}{:.0f} h {:02.0f} min", seconds < 0 ? "-" : "", std::floor(minutes / 60), std::fmod(minutes, 60));
    return fmt::format("{}{:.0f} min {:02.0f} s", seconds < 0 ? "-" : "", minutes, std::fmod(whole, 60));
  }
  if (size >= 1) return format_number(seconds) + " s";
  if (size >= 1e-3 || size == 0) return format_number(seconds * 1e3) + " ms";
  return size >= 1e-6 ? format_number(seconds * 1e6) + " µs" : format_number(seconds * 1e9) + " ns";
}

std::string format_bytes(double bytes) {
  const char* const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  while (std::abs(bytes) >= 1024 && unit < 4) bytes /= 1024, ++unit;
  return format_number(bytes) + " " + units[unit];
}

std::string format_number(double value, int significant) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value == 0) return "0";
  const double size = std::abs(value);
  if (size < 1e-4 || size >= 1e7) return fmt::format("{:.{}e}", value, significant - 1);
  const int whole = static_cast<int>(std::floor(std::log10(size))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, significant - whole));
}

std::string format_count(std::int64_t count) {
  std::string digits = std::to_string(count);
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (count < 0 ? 1 : 0); at -= 3) {
    digits.insert(static_cast<std::size_t>(at), ",");
  }
  return digits;
}

}  // namespace synthbench
