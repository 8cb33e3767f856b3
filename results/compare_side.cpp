#include "results/compare_side.h"

#include <fmt/format.h>

#include <functional>
#include <set>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "results/cells_of_build.h"
#include "results/query.h"
#include "results/sweep_named.h"

namespace synthbench {
namespace {

constexpr std::size_t kLeastPrefix = 6;  ///< characters of a hash that name a build

std::string both(const std::string& a, const std::string& b) { return a.empty() || b.empty() ? a + b : "(" + a + ") AND (" + b + ")"; }

std::optional<ComparedSide> baseline(Store& store, const std::string& text, const TableOptions& within) {
  const auto found = store.select("SELECT sweep_id, build_id, env_id, filter, created_at FROM baseline WHERE name=?1", {text});
  if (found.empty()) return std::nullopt;
  const OrderedJson& row = found.front();
  const auto id = [&](const char* key) { return row[key].is_null() ? std::nullopt : std::optional(row[key].get<std::int64_t>()); };
  ComparedSide side;
  side.kind = id("build_id") ? ComparedSide::Kind::build : ComparedSide::Kind::sweep;
  side.cells.sweep = id("sweep_id");
  side.cells.filter = both(row["filter"], within.filter);
  side.build = id("build_id");
  side.env = id("env_id");
  side.until = row["created_at"];
  return side;
}

std::optional<ComparedSide> sweep(Store& store, const std::string& text, const TableOptions& within) {
  const auto id = find_sweep(store, text);
  if (!id) return std::nullopt;
  ComparedSide side;
  side.cells.sweep = *id;
  side.cells.filter = within.filter;
  side.note = namesakes(store, text).value_or("");
  return side;
}

std::optional<ComparedSide> config_word(Store& store, const std::string& text, const TableOptions& within, ComparedSide::Kind kind) {
  const std::string column = kind == ComparedSide::Kind::backend ? "backend" : "variant";
  if (store.select("SELECT 1 FROM config WHERE " + column + "=?1 LIMIT 1", {text}).empty()) return std::nullopt;
  ComparedSide side;
  side.kind = kind;
  side.cells = within;
  side.cells.filter = both(within.filter, column + " = " + literal(text));
  return side;
}

std::optional<ComparedSide> build(Store& store, const std::string& text, const TableOptions& within) {
  if (text.size() < kLeastPrefix) return std::nullopt;
  const auto found = store.select(
      R"(SELECT build_id, substr(build_sha, 1, 10) AS sha FROM build
         WHERE substr(git_sha, 1, length(?1))=?1 OR substr(build_sha, 1, length(?1))=?1 ORDER BY build_id)",
      {text});
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    std::vector<std::string> names;
    for (const OrderedJson& row : found) names.push_back(row["sha"]);
    throw UserError(fmt::format("'{}' is {} builds: name one of {}", text, found.size(), join(names)));
  }
  ComparedSide side;
  side.kind = ComparedSide::Kind::build;
  side.cells = within;
  side.build = found.front()["build_id"].get<std::int64_t>();
  return side;
}

struct Finder {
  const char* word;
  std::function<std::optional<ComparedSide>(Store&, const std::string&, const TableOptions&)> find;
};

const std::vector<Finder>& finders() {
  static const std::vector<Finder> all = {
      {"baseline", baseline},
      {"sweep", sweep},
      {"backend", [](auto& store, auto& text, auto& within) { return config_word(store, text, within, ComparedSide::Kind::backend); }},
      {"variant", [](auto& store, auto& text, auto& within) { return config_word(store, text, within, ComparedSide::Kind::variant); }},
      {"build", build},
      {"commit", build},
  };
  return all;
}

std::vector<std::string> known_names(Store& store) {
  std::vector<std::string> names;
  for (const OrderedJson& row : store.select(R"(SELECT name FROM baseline UNION SELECT name FROM sweep UNION SELECT backend FROM config
                                                UNION SELECT variant FROM config UNION SELECT substr(git_sha, 1, 7) FROM build)")) {
    names.push_back(row.begin().value());
  }
  return names;
}

}  // namespace

ComparedSide side_named(Store& store, const std::string& text, const TableOptions& within) {
  const std::size_t colon = text.find(':');
  const std::string word = colon == std::string::npos ? "" : text.substr(0, colon);
  for (const Finder& finder : finders()) {
    const bool meant = word == finder.word;
    if (auto side = finder.find(store, meant ? text.substr(colon + 1) : text, within)) {
      side->name = text;
      return *std::move(side);
    }
    if (meant) break;
  }
  throw UserError(unknown_word("side of a comparison (baseline, sweep, backend, variant, build or commit)", text, known_names(store)));
}

CellSet cells_of(Store& store, const ComparedSide& side, const std::vector<std::string>& kinds, bool apart) {
  if (side.build) return cells_of_build(store, side.cells, kinds, *side.build, side.env, side.until);
  const bool whole = side.kind == ComparedSide::Kind::sweep;  // within one sweep a row is a config
  return read_cells(store, side.cells, kinds, apart && !whole, Exclusions::missing);
}

void refuse_mixed_sides(Store& store, const ComparedSide& a, const CellSet& cells_a, const ComparedSide& b, const CellSet& cells_b) {
  CellSet both_sides = cells_a;
  both_sides.rows.insert(both_sides.rows.end(), cells_b.rows.begin(), cells_b.rows.end());
  if (!a.build && !b.build) return refuse_mixed_places(store, both_sides);
  std::set<std::int64_t> machines, builds_a, builds_b;
  for (const auto& [build, env] : places_of(cells_a)) machines.insert(env), builds_a.insert(build);
  for (const auto& [build, env] : places_of(cells_b)) machines.insert(env), builds_b.insert(build);
  if (machines.size() > 1) {
    throw UserError(fmt::format("'{}' and '{}' were measured on {} machines: times are compared between them with --across-env alone",
                                a.name, b.name, machines.size()));
  }
  if (builds_a.size() > 1 || builds_b.size() > 1) {
    throw UserError(fmt::format("'{}' holds times of several builds: name one of them, or compare with --across-env",
                                builds_a.size() > 1 ? a.name : b.name));
  }
}

}  // namespace synthbench
