#include "harness/cli/show_text.h"

#include <fmt/format.h>

#include "harness/base/units.h"
#include "harness/cli/rows.h"
#include "results/format.h"

namespace synthbench {
namespace {

/// A value by the unit that its key ends in, or that stands beside it.
std::string readable(const std::string& key, const OrderedJson& value, const std::string& unit = {}) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number()) return value.dump();
  if (unit == "s" || key.ends_with("_s")) return format_seconds(value.get<double>());
  if (key.ends_with("_ns")) return format_seconds(value.get<double>() * 1e-9);
  if (unit == "B" || key.ends_with("_bytes")) return format_bytes(value.get<double>());
  return value.is_number_float() ? fmt::format("{:.4g}", value.get<double>()) : value.dump();
}

/// Rows of equal keys; columns in which nothing stands are left out.
std::string table_text(const OrderedJson& objects) {
  std::vector<OrderedJson> rows;
  for (const OrderedJson& object : objects) {
    const std::string unit = object.contains("unit") ? object["unit"].get<std::string>() : "";
    OrderedJson row = OrderedJson::object();
    for (const auto& [key, value] : object.items()) {
      bool used = false;
      for (const OrderedJson& other : objects) used = used || !other[key].is_null();
      const bool shares_unit = key == "value" || key == "ci_lo" || key == "ci_hi";
      if (used) row[key] = value.is_null() ? value : OrderedJson(readable(key, value, shares_unit ? unit : ""));
    }
    rows.push_back(std::move(row));
  }
  return format_rows(rows_of(std::move(rows)), "md");
}

bool nothing(const OrderedJson& value) {
  return value.is_null() || (value.is_structured() && value.empty()) || (value.is_string() && value.get<std::string>().empty());
}

bool several_lines(const OrderedJson& value) { return value.is_string() && value.get<std::string>().find('\n') != std::string::npos; }

std::string indented(const OrderedJson& thing, int depth) {
  const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
  std::string lines, below;
  for (const auto& [key, value] : thing.items()) {
    if (nothing(value)) continue;
    if (value.is_object()) {
      lines += fmt::format("{}{}\n{}", indent, key, indented(value, depth + 1));
    } else if (key == "attempts") {
      for (const OrderedJson& attempt : value) below += fmt::format("\nattempt\n{}", indented(attempt, depth + 1));
    } else if (value.is_array() && value.front().is_object()) {
      below += fmt::format("\n{}\n{}", key, table_text(value));
    } else if (several_lines(value)) {
      below += fmt::format("\n{}\n{}", key, value.get<std::string>());
    } else {
      lines += fmt::format("{}{:<16} {}\n", indent, key, readable(key, value));
    }
  }
  return lines + below;
}

}  // namespace

std::string show_text(const OrderedJson& thing) { return indented(thing, 0); }

}  // namespace synthbench
