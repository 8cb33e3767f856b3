#pragma once

#include <cstdint>
#include <string>

namespace synthbench {

/// What people type for a row: s1 is a sweep, c12 a cell, a34 an attempt.
struct RowId {
  char kind = 0;  ///< s, c or a
  std::int64_t number = 0;
};
/// Throws UserError that says what ids look like.
RowId parse_row_id(const std::string& text);

}  // namespace synthbench
