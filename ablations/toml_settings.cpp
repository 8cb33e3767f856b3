#include "ablations/toml_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "harness/base/files.h"
#include "harness/base/toml_source.h"

namespace synthbench {
namespace {

OrderedJson tagged(const char* type, std::string value) { return {{"type", type}, {"value", std::move(value)}}; }

/// Dates and times in RFC 3339, as toml++ prints them.
template <typename Time>
OrderedJson tagged_time(const char* type, const Time& time) {
  std::ostringstream text;
  text << time;
  return tagged(type, text.str());
}

/// Shortest text that reads back as the same number.
std::string float_text(double value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return fmt::format("{}", value);
}

OrderedJson tagged(const toml::node& node) {
  if (const toml::table* table = node.as_table()) {
    OrderedJson out = OrderedJson::object();
    for (const auto& [key, value] : *table) out[std::string(key.str())] = tagged(value);
    return out;
  }
  if (const toml::array* array = node.as_array()) {
    OrderedJson out = OrderedJson::array();
    for (const toml::node& value : *array) out.push_back(tagged(value));
    return out;
  }
  if (const auto* text = node.as_string()) return tagged("string", text->get());
  if (const auto* whole = node.as_integer()) return tagged("integer", std::to_string(whole->get()));
  if (const auto* number = node.as_floating_point()) return tagged("float", float_text(number->get()));
  if (const auto* flag = node.as_boolean()) return tagged("bool", flag->get() ? "true" : "false");
  if (const auto* date = node.as_date()) return tagged_time("date-local", date->get());
  if (const auto* time = node.as_time()) return tagged_time("time-local", time->get());
  const toml::date_time& both = node.as_date_time()->get();
  return tagged_time(both.offset ? "datetime" : "datetime-local", both);
}

}  // namespace

std::vector<Setting> read_toml_settings(const std::string& path, SaidBy by) {
  const TomlSource source(path, by);
  const toml::table root = source.parse(read_file(path));
  std::vector<Setting> out;
  for (const auto& [key, node] : root) {
    const std::string name(key.str());
    out.push_back({name, source.values(node, name), source.at(key)});
  }
  std::stable_sort(out.begin(), out.end(), [](const Setting& a, const Setting& b) { return a.place.line < b.place.line; });
  return out;
}

std::string tagged_json(std::string_view text) { return tagged(TomlSource("TOML").parse(text)).dump(); }

}  // namespace synthbench
