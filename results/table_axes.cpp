#include "results/table_axes.h"

#include <algorithm>
#include <map>
#include <set>

#include "harness/base/plain_text.h"

namespace synthbench {
namespace {

/// The order in which people name things; other keys follow alphabetically.
constexpr const char* kOrder[] = {"variant",     "rank",    "task",      "data.name", "data.tokenizer", "model.preset",
                                  "train.steps", "backend", "scope",     "seq_len",   "batch",          "heads",
                                  "d_model",     "dtype",   "direction", "causal",    "threads"};

std::size_t place_of(const std::string& key) {
  return static_cast<std::size_t>(std::find(std::begin(kOrder), std::end(kOrder), key) - std::begin(kOrder));
}

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
  const bool all_cores = key == "threads" && value == 0;
  list += (list.empty() ? "" : ", ") + key + " " +
          (all_cores        ? "all"
           : is_hash(value) ? plain_text(value).substr(0, 12)
                            : plain_text(value));
}

/// The values of one key, and how they go with variants.
struct Use {
  std::set<Json> values;
  std::map<std::string, std::set<Json>> by_variant;
  std::size_t rows = 0;

  /// Every variant that has the key has it with one value: the variant says it all.
  bool follows_from_variant() const {
    return std::all_of(by_variant.begin(), by_variant.end(), [](const auto& variant) { return variant.second.size() == 1; });
  }
};

}  // namespace

TableAxes axes_of(const std::vector<ConfigFacts>& rows) {
  std::map<std::pair<std::size_t, std::string>, Use> uses;
  std::set<std::int64_t> builds, machines;
  for (const ConfigFacts& row : rows) {
    builds.insert(row.build);
    machines.insert(row.env);
    for (const auto& [key, value] : row.config.items()) {
      if (says_nothing(key, row)) continue;
      Use& use = uses[{place_of(key), key}];
      use.values.insert(value);
      use.by_variant[row.text("variant")].insert(value);
      ++use.rows;
    }
  }
  TableAxes axes;
  for (const auto& [place, use] : uses) {
    const auto& [importance, key] = place;
    const bool known = importance < std::size(kOrder), everywhere = use.rows == rows.size();
    if (use.values.size() == 1 && key != "variant") {
      append(!everywhere ? axes.where_they_apply : known ? axes.constants : axes.more_constants, key, *use.values.begin());
    } else if (!known && !everywhere && use.follows_from_variant()) {
      for (const auto& [variant, values] : use.by_variant) append(axes.where_they_apply, key + " of " + variant, *values.begin());
    } else {
      axes.columns.push_back(key);
    }
  }
  axes.builds = builds.size() > 1;
  axes.machines = machines.size() > 1;
  return axes;
}

void sort_for_comparison(std::vector<ConfigFacts>& rows, const TableAxes& axes) {
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
    return a.planned < b.planned;
  });
}

std::vector<std::string> axis_columns(const TableAxes& axes) {
  std::vector<std::string> out = axes.columns;
  for (std::string& name : place_columns(axes)) out.push_back(std::move(name));
  return out;
}

std::vector<TableCell> axis_cells(Store& store, const TableAxes& axes, const ConfigFacts& row) {
  std::vector<TableCell> out;
  for (const std::string& key : axes.columns) {
    const bool has = row.config.contains(key) && !says_nothing(key, row);
    out.push_back(has ? TableCell{.value = OrderedJson(row.config.at(key))} : TableCell{.value = nullptr, .text = "–"});
  }
  for (TableCell& cell : place_cells(store, axes, row.build, row.env)) out.push_back(std::move(cell));
  return out;
}

std::vector<std::string> place_columns(const TableAxes& axes) {
  std::vector<std::string> out;
  if (axes.machines) out.emplace_back("machine");
  if (axes.builds) out.emplace_back("build");
  return out;
}

std::vector<TableCell> place_cells(Store& store, const TableAxes& axes, std::int64_t build, std::int64_t env) {
  std::vector<TableCell> out;
  const auto named = [&](const char* sql, std::int64_t id) {
    const auto found = store.select(sql, {id});
    out.push_back(found.empty() ? TableCell{.value = nullptr, .text = "–"} : TableCell{.value = found.front().begin().value()});
  };
  if (axes.machines) named("SELECT host || ' (' || cpu || ')' FROM env WHERE env_id=?", env);
  if (axes.builds) named("SELECT substr(git_sha, 1, 7) || '/' || substr(build_sha, 1, 7) FROM build WHERE build_id=?", build);
  return out;
}

}  // namespace synthbench
