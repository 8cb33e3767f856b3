// A table's file: TOML to TableSpec. Every mistake is refused with file and line.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/toml_source.h"
#include "harness/base/words.h"
#include "results/table_spec.h"

namespace synthbench {
namespace {

template <typename Value>
using Words = std::vector<std::pair<const char*, Value>>;

const Words<TableSpec::Shape> kShapes = {{"configs", TableSpec::Shape::configs}, {"rows", TableSpec::Shape::rows},
                                         {"effects", TableSpec::Shape::effects}, {"front", TableSpec::Shape::front},
                                         {"growth", TableSpec::Shape::growth},   {"claims", TableSpec::Shape::claims}};
const Words<TableColumn::Show> kShows = {{"value", TableColumn::Show::value},
                                         {"sd", TableColumn::Show::sd},
                                         {"interval", TableColumn::Show::interval},
                                         {"ratio", TableColumn::Show::ratio},
                                         {"ratio_interval", TableColumn::Show::ratio_interval},
                                         {"difference", TableColumn::Show::difference},
                                         {"change", TableColumn::Show::change},
                                         {"count", TableColumn::Show::count},
                                         {"name", TableColumn::Show::name},
                                         {"kernel", TableColumn::Show::kernel}};
const Words<TableColumn::Appear> kAppears = {
    {"always", TableColumn::Appear::always}, {"somewhere", TableColumn::Appear::somewhere}, {"differs", TableColumn::Appear::differs}};
const Words<std::string> kBetters = {{"higher", "higher"}, {"lower", "lower"}};
const Words<std::string> kKinds = {{"speed", "speed"}, {"train", "train"}, {"eval", "eval"}};
const Words<std::string> kUnits = {{"1", "1"}, {"time", "time"}, {"MiB", "MiB"},        {"G", "G"},
                                   {"M", "M"}, {"T", "T"},       {"percent", "percent"}};
const Words<bool> kOvers = {{"mean", false}, {"max", true}};
const Words<bool> kPlaces = {{"one", true}, {"any", false}};

const std::vector<std::string> kTop = {"caption", "kind",         "shape", "where",  "first_column", "paper", "places",
                                       "growth",  "count_models", "notes", "column", "row",          "claim"};
const std::vector<std::string> kColumn = {"name", "metric", "unit",   "better", "format", "note",  "show",
                                          "over", "appear", "digits", "places", "best",   "where", "published"};
const std::vector<std::string> kClaim = {"text", "metric", "better", "within", "source", "a", "b", "where", "published"};

class Reader : TomlSource {
 public:
  Reader(const std::string& path, const std::vector<std::string>& keys) : TomlSource(path), keys_(keys) {}

  TableSpec read(std::string_view text) const {
    const toml::table root = parse(text);
    check_names(root, kTop, "");
    TableSpec spec;
    spec.caption = needed(root, "caption", "a table", {path(), 1});
    if (const toml::node* node = root.get("shape")) spec.shape = word(*node, "shape", kShapes);
    if (!root.get("kind")) fail({path(), 1}, "a table needs a kind: \"speed\", \"train\", \"eval\" or a list of them");
    for (const std::string& kind : texts(*root.get("kind"), "kind")) spec.kinds.push_back(one_of(*root.get("kind"), "kind", kind, kKinds));
    spec.where = filter(root, "where", "");
    spec.first_column = optional_text(root, "first_column", "", "variant");
    if (const toml::node* node = root.get("notes")) spec.notes = texts(*node, "notes");
    if (const toml::node* node = root.get("places")) spec.one_place = word(*node, "places", kPlaces);
    spec.growth = truth(root, "growth", "");
    spec.count_models = truth(root, "count_models", "");
    if (const toml::node* node = root.get("paper")) read_paper(spec, *node);
    if (const toml::node* node = root.get("column"))
      each(*node, "column", [&](const toml::table& block) { spec.columns.push_back(column(block)); });
    if (const toml::node* node = root.get("row")) each(*node, "row", [&](const toml::table& block) { spec.rows.push_back(row(block)); });
    if (const toml::node* node = root.get("claim"))
      each(*node, "claim", [&](const toml::table& block) { spec.claims.push_back(claim(block)); });
    check_whole(spec);
    return spec;
  }

 private:
  /// A word of a closed list.
  template <typename Value>
  Value one_of(const toml::node& node, const std::string& what, const std::string& said, const Words<Value>& known) const {
    std::vector<std::string> names;
    for (const auto& [name, value] : known) {
      if (said == name) return value;
      names.emplace_back(name);
    }
    fail(at(node), unknown_word(what, said, names));
  }
  template <typename Value>
  Value word(const toml::node& node, const std::string& what, const Words<Value>& known) const {
    return one_of(node, what, text(node, what), known);
  }

  std::string needed(const toml::table& table, const char* key, const std::string& what, const SourceLine& place) const {
    const toml::node* node = table.get(key);
    if (!node) fail(place, fmt::format("{} needs a {}", what, key));
    return text(*node, key);
  }
  std::string optional_text(const toml::table& table, const char* key, const std::string& section, const std::string& otherwise) const {
    const toml::node* node = table.get(key);
    return node ? text(*node, section + key) : otherwise;
  }
  bool truth(const toml::table& table, const char* key, const std::string& section) const {
    const toml::node* node = table.get(key);
    if (!node) return false;
    if (const auto value = node->value_exact<bool>()) return *value;
    fail(at(*node), section + key + " must be true or false");
  }
  std::vector<std::string> texts(const toml::node& node, const std::string& what) const {
    std::vector<std::string> out;
    if (!node.is_array()) return {text(node, what)};
    for (const toml::node& one : *node.as_array()) out.push_back(text(one, what));
    return out;
  }

  std::optional<Filter> filter(const toml::table& table, const char* key, const std::string& section) const {
    const toml::node* node = table.get(key);
    if (!node) return std::nullopt;
    try {
      return parse_filter(text(*node, section + key), keys_);
    } catch (const UserError& error) {
      const std::string message = error.what();
      if (message.starts_with(path())) throw;
      fail(at(*node), section + key + ": " + message);
    }
  }

  void read_paper(TableSpec& spec, const toml::node& node) const {
    const std::string said = text(node, "paper");
    const std::size_t slash = said.find('/');
    if (slash == std::string::npos) fail(at(node), fmt::format("paper '{}': PAPER/TABLE is needed, such as synthesizer/table2", said));
    spec.paper = said.substr(0, slash);
    spec.published = said.substr(slash + 1);
  }

  TableColumn column(const toml::table& block) const {
    check_names(block, kColumn, "[[column]]");
    TableColumn out;
    out.name = needed(block, "name", "[[column]]", at(block));
    const std::string section = fmt::format("column '{}', ", out.name);
    out.metric = optional_text(block, "metric", section, "");
    if (const toml::node* node = block.get("unit")) out.unit = word(*node, section + "unit", kUnits);
    if (const toml::node* node = block.get("better")) out.better = word(*node, section + "better", kBetters);
    if (const toml::node* node = block.get("show")) out.show = word(*node, section + "show", kShows);
    if (const toml::node* node = block.get("over")) out.largest = word(*node, section + "over", kOvers);
    if (const toml::node* node = block.get("appear")) out.appear = word(*node, section + "appear", kAppears);
    if (const toml::node* node = block.get("places")) out.one_place = word(*node, section + "places", kPlaces);
    if (const toml::node* node = block.get("digits")) out.digits = digits(*node, section);
    if (const toml::node* node = block.get("format")) out.format = format(*node, section);
    out.note = optional_text(block, "note", section, "");
    out.published = optional_text(block, "published", section, "");
    out.best = truth(block, "best", section);
    out.where = filter(block, "where", section);
    const bool of_times = out.show == TableColumn::Show::interval || out.show == TableColumn::Show::ratio_interval;
    if (out.best && out.largest) fail(at(block), section + "best goes with over = \"mean\" alone: marks compare means over seeds");
    if (of_times && out.metric != "median") fail(at(block), section + "show: intervals of processes are those of metric 'median' alone");
    return out;
  }

  int digits(const toml::node& node, const std::string& section) const {
    const std::int64_t count = node.value_exact<std::int64_t>().value_or(0);
    if (count < 1 || count > 17) fail(at(node), section + "digits must be a whole number from 1 to 17");
    return static_cast<int>(count);
  }

  /// "{mean} ± {sd}" and the like.
  std::string format(const toml::node& node, const std::string& section) const {
    const std::string said = text(node, section + "format");
    const std::vector<std::string> known = {"mean", "sd", "min", "max", "n"};
    for (std::size_t open = said.find('{'); open != std::string::npos; open = said.find('{', open + 1)) {
      const std::size_t close = said.find('}', open);
      if (close == std::string::npos) fail(at(node), section + "format: '{' without '}'");
      const std::string name = said.substr(open + 1, close - open - 1);
      if (std::ranges::find(known, name) == known.end()) fail(at(node), section + "format: " + unknown_word("place", name, known));
    }
    return said;
  }

  TableRow row(const toml::table& block) const {
    check_names(block, {"label", "where", "says"}, "[[row]]");
    TableRow out;
    out.label = needed(block, "label", "[[row]]", at(block));
    const std::string section = fmt::format("row '{}', ", out.label);
    out.where = filter(block, "where", section);
    if (const toml::node* node = block.get("says")) {
      for (const auto& [key, value] : table(*node, section + "says")) out.says.emplace_back(key.str(), text(value, section + "says"));
    }
    return out;
  }

  TableClaim claim(const toml::table& block) const {
    check_names(block, kClaim, "[[claim]]");
    TableClaim out;
    out.text = needed(block, "text", "[[claim]]", at(block));
    const std::string section = fmt::format("claim '{}', ", out.text);
    out.metric = needed(block, "metric", "[[claim]]", at(block));
    if (!block.get("better") == !block.get("within"))
      fail(at(block), section + "better = \"higher\" or \"lower\" is needed, or within = a share such as 0.02, one of them");
    if (const toml::node* node = block.get("better")) out.better = word(*node, section + "better", kBetters);
    if (const toml::node* node = block.get("within")) out.within = above_zero(*node, section + "within must be a number above 0, a share");
    out.source = needed(block, "source", "[[claim]]", at(block));
    out.a = filter(block, "a", section);
    out.b = filter(block, "b", section);
    out.where = filter(block, "where", section);
    if (!out.a || !out.b) fail(at(block), section + "a and b, the filters of its two sides, are needed");
    if (const toml::node* node = block.get("published"))
      out.published = above_zero(*node, section + "published must be a number above 0, a over b");
    return out;
  }

  double above_zero(const toml::node& node, const std::string& otherwise) const {
    const double value = node.value<double>().value_or(0);
    if (!(value > 0)) fail(at(node), otherwise);
    return value;
  }

  /// What the parts must have of each other.
  void check_whole(const TableSpec& spec) const {
    const SourceLine top{path(), 1};
    const bool rows = spec.shape == TableSpec::Shape::rows, claims = spec.shape == TableSpec::Shape::claims;
    if (spec.columns.empty() && !claims && spec.shape != TableSpec::Shape::growth) fail(top, "a table needs at least one [[column]]");
    if (rows == spec.rows.empty()) fail(top, rows ? "shape \"rows\" needs at least one [[row]]" : "[[row]] needs shape = \"rows\"");
    if (claims == spec.claims.empty())
      fail(top, claims ? "shape \"claims\" needs at least one [[claim]]" : "[[claim]] needs shape = \"claims\"");
    if (spec.shape == TableSpec::Shape::front && spec.columns.size() != 2)
      fail(top, "shape \"front\" needs two [[column]]: what is traded");
    const bool values_alone =
        std::ranges::all_of(spec.columns, [](const TableColumn& column) { return column.show == TableColumn::Show::value; });
    if (rows && !values_alone) fail(top, "shape \"rows\": its columns show values (format says how), 'show' is for shape \"configs\"");
    if (!spec.paper.empty() && !rows) fail(top, "paper needs shape = \"rows\": published values have labels");
  }

  const std::vector<std::string>& keys_;
};

}  // namespace

TableSpec parse_table(std::string_view text, const std::string& path, const std::vector<std::string>& keys) {
  return Reader(path, keys).read(text);
}

bool holds(const std::optional<Filter>& filter, const Json& config) {
  if (!filter) return true;
  const auto value_of = [&](const std::string& key) -> std::optional<Filter::Value> {
    const auto found = config.find(key);
    if (found == config.end()) return std::nullopt;
    if (found->is_boolean()) return std::int64_t{found->get<bool>()};
    if (found->is_number_integer()) return found->get<std::int64_t>();
    if (found->is_number()) return found->get<double>();
    if (found->is_string()) return found->get<std::string>();
    return std::nullopt;
  };
  return evaluate(*filter, [&](const Filter& leaf) { return test(leaf, value_of(column_of(leaf))); }) == Truth::yes;
}

}  // namespace synthbench
