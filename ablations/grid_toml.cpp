// TOML to Grid. Tables of toml++ are sorted maps: order comes from line numbers.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "ablations/grid.h"
#include "ablations/grid_merge.h"
#include "ablations/keys.h"
#include "harness/base/files.h"
#include "harness/base/toml_source.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

using Files = std::vector<std::string>;

/// What `extends` has to know of the files around the one that is read.
struct Chain {
  Files reading;  ///< outermost first
  Files read;     ///< whole: what two files extend counts once
};

constexpr std::int64_t kSchema = 1;

const std::vector<std::string> kTop = {"schema",  "name",    "kind",    "extends", "base",  "axis", "zip",
                                       "exclude", "include", "measure", "check",   "match", "table"};
const std::vector<std::string> kMeasure = {"launches", "min_samples", "min_time", "max_noise",
                                           "max_time", "repetitions", "timeout",  "cache"};

class Reader : TomlSource {
 public:
  Reader(std::string path, Chain& chain) : TomlSource(std::move(path)), chain_(chain) {}

  Grid read(std::string_view text) {
    const toml::table root = parse(text);
    Grid grid;
    grid.place = {path(), 1};
    grid.text = std::string(text);
    check_names(root, kTop, {});
    check_schema(root);
    for (const auto& [key, node] : root) read_section(grid, key.str(), node);
    refuse_two_kinds(grid);
    if (const toml::node* extends = root.get("extends")) return extended(*extends, std::move(grid));
    return grid;
  }

 private:
  void check_schema(const toml::table& root) const {
    const toml::node* schema = root.get("schema");
    if (!schema) fail({path(), 1}, fmt::format("'schema = {}' is missing: every grid starts with it", kSchema));
    const std::int64_t version = schema->value_exact<std::int64_t>().value_or(-1);
    if (version > kSchema) fail(at(*schema), fmt::format("schema {} is newer than this program, which reads {}", version, kSchema));
    if (version != kSchema) fail(at(*schema), fmt::format("schema must be {}", kSchema));
  }

  /// Printed in every table's caption and typed to name the sweep.
  std::string sweep_name(const toml::node& node) const {
    std::string name = text(node, "name");
    const bool odd = std::ranges::any_of(name, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7f; });
    if (name.empty() || odd) fail(at(node), "name must be one line of text, not empty and without control characters");
    return name;
  }

  /// At the top, where most grids say it, and among the keys of [base].
  static void refuse_two_kinds(const Grid& grid) {
    const auto is_kind = [](const Setting& said) { return said.key == "kind"; };
    const auto first = std::ranges::find_if(grid.base, is_kind);
    const auto second = first == grid.base.end() ? first : std::find_if(std::next(first), grid.base.end(), is_kind);
    if (second == grid.base.end()) return;
    const auto [upper, lower] = std::minmax(first->place.line, second->place.line);
    fail({first->place.file, lower}, fmt::format("'kind' is set twice; line {} has the first", upper));
  }

  void read_section(Grid& grid, std::string_view name, const toml::node& node) const {
    if (name == "name") grid.name = sweep_name(node);
    if (name == "kind") grid.base.push_back({"kind", scalar(node, "kind"), at(node)});
    if (name == "base") read_settings(table(node, "[base]"), "", grid.base, "[base]");
    if (name == "axis") each(node, name, [&](const toml::table& block) { grid.axes.push_back(axis(block, grid)); });
    if (name == "zip") each(node, name, [&](const toml::table& block) { grid.zips.push_back(zip(block)); });
    if (name == "exclude") each(node, name, [&](const toml::table& block) { grid.excludes.push_back(exclude(block)); });
    if (name == "include")
      each(node, name, [&](const toml::table& block) { grid.includes.push_back({settings(block, "[[include]]"), at(block)}); });
    if (name == "measure") read_plain(node, "[measure]", kMeasure, grid.measure);
    if (name == "check") read_plain(node, "[check]", {"gate"}, grid.measure);
    if (name == "match") read_plain(node, "[match]", {"params", "flops", "action"}, grid.match);
    if (name == "table") {
      each(node, name, [&](const toml::table& block) {
        check_names(block, {"preset"}, "[[table]]");
        if (!block.get("preset")) fail(at(block), "[[table]] needs a preset");
        grid.tables.push_back({"preset", text(*block.get("preset"), "[[table]] preset"), at(block)});
      });
    }
  }

  GridAxis axis(const toml::table& block, const Grid& grid) const {
    check_names(block, {"name", "values", "when"}, "[[axis]]");
    if (!block.get("name")) fail(at(block), "[[axis]] needs a name, one of the keys of [base]");
    GridAxis axis;
    axis.place = at(block);
    axis.name = text(*block.get("name"), "[[axis]] name");
    check_key(axis.name, at(*block.get("name")), "axis");
    const std::string what = "axis '" + axis.name + "'";
    for (const GridAxis& other : grid.axes) {
      if (other.name == axis.name) fail(axis.place, fmt::format("{} stands here twice; line {} has the first", what, other.place.line));
    }
    if (!block.get("values")) fail(axis.place, what + " needs values: a list, or a text such as \"128-1024*2\"");
    axis.values = values(*block.get("values"), what);
    if (const toml::node* when = block.get("when")) axis.when = settings(table(*when, what + " when"), what + " when", true);
    return axis;
  }

  GridZip zip(const toml::table& block) const {
    check_names(block, {"axes", "only"}, "[[zip]]");
    if (!block.get("axes")) fail(at(block), "[[zip]] needs axes = { key = [...], other_key = [...] }");
    GridZip zip{settings(table(*block.get("axes"), "[[zip]] axes"), "[[zip]]", true), {}, at(block)};
    if (zip.axes.empty()) fail(zip.place, "[[zip]] names no axes");
    if (const toml::node* only = block.get("only")) zip.only = settings(table(*only, "[[zip]] only"), "[[zip]] only", true);
    return zip;
  }

  GridExclude exclude(const toml::table& block) const {
    check_names(block, {"when", "reason"}, "[[exclude]]");
    if (!block.get("when")) fail(at(block), "[[exclude]] needs when = { key = value }");
    GridExclude exclude{settings(table(*block.get("when"), "[[exclude]] when"), "[[exclude]] when", true), "", at(block)};
    if (exclude.when.empty()) fail(exclude.place, "[[exclude]]: when = {} would exclude everything");
    exclude.reason =
        block.get("reason") ? text(*block.get("reason"), "[[exclude]] reason") : "excluded at " + synthbench::describe(exclude.place);
    return exclude;
  }

  /// Sections whose keys are not keys of a config.
  void read_plain(const toml::node& node, const std::string& section, const std::vector<std::string>& known,
                  std::vector<Setting>& out) const {
    check_names(table(node, section), known, section);
    for (const auto& [key, value] : table(node, section)) {
      out.push_back({std::string(key.str()), values(value, section + " " + std::string(key.str())), at(key)});
    }
  }

  std::vector<Setting> settings(const toml::table& block, const std::string& section, bool lists = false) const {
    std::vector<Setting> out;
    read_settings(block, "", out, section, lists);
    std::stable_sort(out.begin(), out.end(), [](const Setting& a, const Setting& b) { return a.place.line < b.place.line; });
    return out;
  }

  /// Dotted keys and sub-tables alike: model.layers = 2, "model.layers" = 2, [base.model] layers = 2.
  void read_settings(const toml::table& block, const std::string& prefix, std::vector<Setting>& out, const std::string& section,
                     bool lists = false) const {
    for (const auto& [key, node] : block) {
      const std::string name = prefix + std::string(key.str());
      if (const toml::table* inner = node.as_table()) {
        read_settings(*inner, name + ".", out, section, lists);
        continue;
      }
      check_key(name, at(key), section);
      for (const Setting& other : out) {
        if (other.key == name) fail(at(key), fmt::format("{}: '{}' is set twice; line {} has the first", section, name, other.place.line));
      }
      const std::string what = section == "[base]" ? name : section + ", " + name;
      out.push_back({name, lists ? values(node, what) : scalar(node, what), at(key)});
    }
  }

  void check_key(const std::string& name, const SourceLine& place, const std::string& section) const {
    const std::vector<std::string> known = key_names();
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      fail(place, section == "axis" ? unknown_word("axis", name, known) : section + ": " + unknown_word("key", name, known));
    }
  }

  Grid extended(const toml::node& node, Grid grid) const {
    const Json names = values(node, "extends");
    Grid whole;
    for (const Json& name : names.is_array() ? names : Json::array({names})) {
      if (!name.is_string()) fail(at(node), "extends must name files: extends = [\"base.toml\"]");
      const std::filesystem::path folder = std::filesystem::path(path()).parent_path();
      const std::string base = (folder / name.get<std::string>()).lexically_normal().string();
      Files& files = chain_.reading;
      const auto open = [&](const std::string& other) { return same_file(other, base); };
      if (std::ranges::any_of(files, open)) fail(at(node), "extends goes in a circle: " + join(files, " -> ") + " -> " + base);
      if (std::ranges::any_of(chain_.read, open)) continue;
      std::string content;
      try {
        content = read_file(base);
      } catch (const UserError& error) {
        fail(at(node), std::string("extends: ") + error.what());
      }
      files.push_back(base);
      extend(whole, Reader(base, chain_).read(content));
      files.pop_back();
      chain_.read.push_back(base);
    }
    extend(whole, std::move(grid));
    return whole;
  }

  static bool same_file(const std::string& a, const std::string& b) {
    std::error_code missing;
    return a == b || std::filesystem::equivalent(a, b, missing);
  }

  Chain& chain_;
};

}  // namespace

Grid parse_grid(std::string_view text, const std::string& path) {
  Chain chain{{path}, {}};
  Grid grid = Reader(path, chain).read(text);
  if (grid.name.empty()) grid.name = std::filesystem::path(path).stem().string();
  return grid;
}

Grid read_grid(const std::string& path) { return parse_grid(read_file(path), path); }

}  // namespace synthbench
