#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace synthbench {

/// The text with its control characters written as \n, \t, \x1b: a quoted value cannot break a line or steer a terminal.
std::string on_one_line(std::string_view text);

/// A mistake that the user can mend: one line that says what, where, the value and what is allowed.
/// main prints it after "synthbench: " and exits with 2; everything else that is thrown is exit 1.
struct UserError : std::invalid_argument {
  explicit UserError(const std::string& line) : std::invalid_argument(on_one_line(line)) {}
};

/// Nothing was measured, checked or found although nothing went wrong: exit 5.
struct NothingDone : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace synthbench
