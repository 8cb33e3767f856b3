#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// Most values that one text may stand for, and most points that a grid may have.
inline constexpr std::int64_t kMaxPoints = 10'000'000;

/// The one language for several values, in files and flags alike:
///
///   a,b      these            a-b       a, a+1 ... up to b       suffix k = 1024 (whole numbers)
///   a-b+s    a, a+s ...       a-b*m     a, a*m ... up to b
///
/// Each comma-separated piece is tried as a number first, so 1e-4 is a number and not a range. The values of a range are
/// counted before they are made. All throw UserError that quotes the piece and says what is allowed, without naming the
/// key: callers put the place in front.
std::vector<std::int64_t> parse_integers(std::string_view text);
std::vector<double> parse_numbers(std::string_view text);
/// Pieces between commas without outer blanks; an empty piece is an error.
std::vector<std::string> parse_texts(std::string_view text);

}  // namespace synthbench
