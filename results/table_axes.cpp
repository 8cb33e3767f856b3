#include "results/table_axes.h"

#include <algorithm>
#include <map>
#include <set>

namespace synthbench {
namespace {

/// The order in which people name things; other keys follow alphabetically.
constexpr const char* kOrder[] = {"variant",     "rank",    "task",      "data.name", "data.tokenizer", "model.preset",
                                  "train.steps", "backend", "scope",     "seq_len",   "batch",          "heads",
                                  "d_model",     "dtype",   "direction", "causal",    "threads"};

std::size_t place_of(const std::string& key) {
  return static_cast<std::size_t>(std::find(std::begin(kOrder), std::end(kOrder), key) - std::begin(kOrder));
}

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

bool is_hash(const Json& value) {
  return value.is_string() && value.get_ref<const std::string&>().size() >= 32 &&
         value.get_ref<const std::string&>().find_first_not_of("0123456789abcdef", value.get_ref<const std::string&>().find(':') + 1) ==
             std::string::npos;
}

/// max_len says nothing where it is seq_len, and kind is the table's own.
bool says_nothing(const std::string& key, const ConfigFacts& row) {
  return key == "kind" || (key == "max_len" && row.config.value("seq_len", Json()) == row.config.at(key));
}

void append(std::string& list, const std::string& key, const Json& value) {
  list += (list.empty() ? "" : ", ") + key + " " + (is_hash(value) ? plain(value).substr(0, 12) : plain(value));
}

}  // namespace

Axes axes_of(const std::vector<ConfigFacts>& rows) {
  struct Use {
    std::set<Json> values;
    std::size_t rows = 0;
  };
  std::map<std::pair<std::size_t, std::string>, Use> uses;
  std::set<std::int64_t> builds, machines;
  for (const ConfigFacts& row : rows) {
    builds.insert(row.build);
    machines.insert(row.env);
    for (const auto& [key, value] : row.config.items()) {
      if (says_nothing(key, row)) continue;
      Use& use = uses[{place_of(key), key}];
      use.values.insert(value);
      ++use.rows;
    }
  }
  Axes axes;
  for (const auto& [place, use] : uses) {
    const std::string& key = place.second;
    if (use.values.size() > 1 || key == "variant") {
      axes.columns.push_back(key);
    } else {
      std::string& everywhere = place.first < std::size(kOrder) ? axes.constants : axes.more_constants;
      append(use.rows == rows.size() ? everywhere : axes.where_they_apply, key, *use.values.begin());
    }
  }
  axes.builds = builds.size() > 1;
  axes.machines = machines.size() > 1;
  return axes;
}

void sort_for_comparison(std::vector<ConfigFacts>& rows, const Axes& axes) {
  std::vector<std::string> keys;
  for (const std::string& key : axes.columns) {
    const bool everywhere = std::all_of(rows.begin(), rows.end(), [&](const auto& row) { return row.config.contains(key); });
    if (key != "variant" && everywhere) keys.push_back(key);
  }
  std::stable_sort(rows.begin(), rows.end(), [&](const ConfigFacts& a, const ConfigFacts& b) {
    if (a.env != b.env) return a.env < b.env;
    if (a.build != b.build) return a.build < b.build;
    for (const std::string& key : keys) {
      const Json &left = a.config.at(key), &right = b.config.at(key);
      if (left != right) return left < right;
    }
    return a.ordinal < b.ordinal;
  });
}

std::vector<std::string> axis_columns(const Axes& axes) {
  std::vector<std::string> out = axes.columns;
  if (axes.machines) out.emplace_back("machine");
  if (axes.builds) out.emplace_back("build");
  return out;
}

std::vector<TableCell> axis_cells(Store& store, const Axes& axes, const ConfigFacts& row) {
  std::vector<TableCell> out;
  for (const std::string& key : axes.columns) {
    const bool has = row.config.contains(key) && !says_nothing(key, row);
    out.push_back(has ? TableCell{.value = OrderedJson(row.config.at(key))} : TableCell{.value = nullptr, .text = "–"});
  }
  const auto named = [&](const char* sql, std::int64_t id) {
    const auto found = store.select(sql, {id});
    out.push_back(found.empty() ? TableCell{.value = nullptr, .text = "–"} : TableCell{.value = found.front().begin().value()});
  };
  if (axes.machines) named("SELECT host || ' (' || cpu || ')' FROM env WHERE env_id=?", row.env);
  if (axes.builds) named("SELECT substr(git_sha, 1, 7) || '/' || substr(build_sha, 1, 7) FROM build WHERE build_id=?", row.build);
  return out;
}

}  // namespace synthbench
