#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace synthbench {

/// Texts of measure keys and flags to base units. Each throws UserError that quotes the text and says what is allowed,
/// without naming the key: callers put the place in front.

/// "0.3s", "120s", "10min", "8h", "250ms", "3" (seconds) -> seconds, >= 0.
double parse_duration(std::string_view text);
/// "2%" or "0.02" -> 0.02, >= 0.
double parse_fraction(std::string_view text);
/// "3G", "512M", "4096" -> bytes; K, M, G, T are powers of 1024.
std::int64_t parse_bytes(std::string_view text);

/// For people: "1.23 ms", "412 µs", "2 min 03 s", from 100 minutes "8 h 05 min".
std::string format_seconds(double seconds);
std::string format_bytes(double bytes);
/// significant: number of significant digits; never scientific between 1e-4 and 1e7.
std::string format_number(double value, int significant = 3);
/// 12345678 -> "12,345,678"
std::string format_count(std::int64_t count);

}  // namespace synthbench
