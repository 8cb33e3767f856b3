#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace synthbench {

/// A finite number. what: for the message, "line 3 of the reference". Throws UserError that quotes the text.
double number_in(std::string_view text, const std::string& what);

/// A finite number a line. side: "hypotheses", "reference".
std::vector<double> numbers_in(const std::vector<std::string>& lines, std::string_view side);

}  // namespace synthbench
