#include "results/row_id.h"

#include <charconv>

#include "harness/base/error.h"

namespace synthbench {

RowId parse_row_id(const std::string& text) {
  RowId id{text.empty() ? char{} : text.front(), 0};
  const char* end = text.data() + text.size();
  const bool kind_known = id.kind == 's' || id.kind == 'c' || id.kind == 'a';
  const auto [stop, error] =
      kind_known ? std::from_chars(text.data() + 1, end, id.number) : std::from_chars_result{text.data(), std::errc::invalid_argument};
  if (error != std::errc() || stop != end || id.number < 1) {
    throw UserError("'" + text + "' is no id: s1 is a sweep, c12 a cell, a34 an attempt (see synthbench ls cells)");
  }
  return id;
}

}  // namespace synthbench
