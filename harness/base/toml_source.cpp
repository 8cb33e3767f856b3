#include "harness/base/toml_source.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "harness/base/words.h"

namespace synthbench {

toml::table TomlSource::parse(std::string_view text) const {
  try {
    return toml::parse(text, path_);
  } catch (const toml::parse_error& error) {
    const SourceLine place{path_, std::max<std::int64_t>(1, error.source().begin.line), by_};
    fail(place, "not TOML: " + std::string(error.description()));
  }
}

std::string TomlSource::text(const toml::node& node, const std::string& what) const {
  if (const auto found = node.value_exact<std::string>(); found && !trim(*found).empty()) return *found;
  fail(at(node), what + " must be a text");
}

Json TomlSource::values(const toml::node& node, const std::string& what) const {
  const toml::array* list = node.as_array();
  if (!list) return scalar(node, what);
  Json out = Json::array();
  for (const toml::node& one : *list) out.push_back(scalar(one, what));
  return out;
}

Json TomlSource::scalar(const toml::node& node, const std::string& what) const {
  if (const auto value = node.value_exact<bool>()) return *value;
  if (const auto value = node.value_exact<std::int64_t>()) return *value;
  if (const auto value = node.value_exact<std::string>()) return *value;
  if (const auto value = node.value_exact<double>()) {
    if (std::isfinite(*value)) return *value;
    fail(at(node), what + ": " + (std::isnan(*value) ? "nan" : "inf") + " is not a finite number");
  }
  if (node.is_array()) fail(at(node), what + ": a list stands where one value is needed (several values make an [[axis]])");
  if (node.is_table()) fail(at(node), what + ": a table stands where a value is needed");
  std::ostringstream shown;
  if (const auto* date = node.as_date()) shown << date->get();
  if (const auto* time = node.as_time()) shown << time->get();
  if (const auto* both = node.as_date_time()) shown << both->get();
  fail(at(node), fmt::format("{}: '{}' is a date or time; a number, a text, true or false is needed", what, shown.str()));
}

const toml::table& TomlSource::table(const toml::node& node, const std::string& what) const {
  if (const toml::table* found = node.as_table()) return *found;
  fail(at(node), what + " must be a table");
}

void TomlSource::check_names(const toml::table& table, const std::vector<std::string>& known, const std::string& section) const {
  for (const auto& [key, node] : table) {
    if (std::find(known.begin(), known.end(), key.str()) != known.end()) continue;
    const bool a_section = section.empty() && (node.is_table() || node.is_array_of_tables());
    fail(at(key), (section.empty() ? "" : section + ": ") + unknown_word(a_section ? "section" : "key", key.str(), known));
  }
}

const toml::array& TomlSource::blocks(const toml::node& node, std::string_view name) const {
  const toml::array* found = node.as_array();
  if (!found || (!found->empty() && !found->is_array_of_tables()))
    fail(at(node), fmt::format("write [[{}]], with two brackets: there may be several", name));
  return *found;
}

}  // namespace synthbench
