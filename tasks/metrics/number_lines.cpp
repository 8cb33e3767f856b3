#include "tasks/metrics/number_lines.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "harness/base/error.h"
#include "tasks/metrics/label_lines.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {

double number_in(std::string_view text, const std::string& what) {
  std::string_view digits = strip(text);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    throw UserError(fmt::format("{} is '{:.40}', not a number", what, text));
  }
  return value;
}

std::vector<double> numbers_in(const std::vector<std::string>& lines, std::string_view side) {
  std::vector<double> values;
  for (std::size_t i = 0; i < lines.size(); ++i)
    values.push_back(number_in(entry_of(lines, i), fmt::format("line {} of the {}", i + 1, side)));
  return values;
}

}  // namespace synthbench
