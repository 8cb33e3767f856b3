#pragma once

#include <string>
#include <vector>

#include "harness/check/parity.h"

namespace synthbench {

/// Numbers of a check in a format of `-o`: every one of them for programs; for people a line per variant, backend and dtype with
/// the tensor that comes nearest to its bound.
std::string numbers_text(const std::vector<CheckNumber>& rows, const std::string& format);

/// The support matrix: rows for programs; for people a line per variant, a column per backend, reasons below.
std::string support_text(const std::vector<Support>& rows, const std::string& format);

}  // namespace synthbench
