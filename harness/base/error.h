#pragma once

#include <stdexcept>
#include <string>

namespace synthbench {

/// A mistake that the user can mend: one line that says what, where, the value and what is allowed.
/// main prints it after "synthbench: " and exits with 2; everything else that is thrown is exit 1.
struct UserError : std::invalid_argument {
  using std::invalid_argument::invalid_argument;
};

/// Nothing was measured, checked or found although nothing went wrong: exit 5.
struct NothingDone : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace synthbench
