#include "results/compare_ways.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/base/words.h"

namespace synthbench {
namespace {

/// How many processors the attempts of a row were kept to.
struct Processors {
  std::set<std::int64_t> counts;
  bool restricted = false;  ///< to fewer than the machine has
};

void add_processors(Store& store, const ConfigFacts& row, Processors& to) {
  const auto found = store.select(
      R"(SELECT DISTINCT CASE WHEN json_type(a.volatile_json, '$.measure.processors')='integer'
                              THEN a.volatile_json->>'$.measure.processors' END AS kept_to, e.cores
         FROM json_each(?1) JOIN attempt a ON a.attempt_id=json_each.value JOIN env e USING(env_id))",
      {Json(row.attempts()).dump()});
  for (const OrderedJson& one : found) {
    const bool kept = !one["kept_to"].is_null();
    to.restricted = to.restricted || kept;
    to.counts.insert(one[kept ? "kept_to" : "cores"].get<std::int64_t>());
  }
}

}  // namespace

std::string different_ways(Store& store, const RowPair& pair, const std::vector<CellTimes>& of_a, const std::vector<CellTimes>& of_b) {
  std::set<std::string> caches, clocks;
  for (const auto* side : {&of_a, &of_b}) {
    for (const CellTimes& times : *side) caches.insert(times.cache), clocks.insert(times.clock);
  }
  Processors processors;
  for (const ConfigFacts* row : {pair.a, pair.b}) add_processors(store, *row, processors);
  std::vector<std::string> parts;
  if (caches.size() > 1) parts.push_back(fmt::format("cache {}", fmt::join(caches, " and ")));
  if (clocks.size() > 1) parts.push_back(fmt::format("clock {}", fmt::join(clocks, " and ")));
  // Machines may have as many as they like: what another one does is asked for with --across-env.
  if (processors.restricted && processors.counts.size() > 1) {
    parts.push_back(fmt::format("processors {}", fmt::join(processors.counts, " and ")));
  }
  return join(parts, "; ");
}

std::optional<std::string> show_common_way(ConfigFacts& a, ConfigFacts& b, const std::string& metric) {
  std::set<Way> shown;
  std::map<Way, std::size_t> having;  // in how many cells
  std::size_t cells = 0;
  for (const ConfigFacts* row : {&a, &b}) {
    for (const CellFacts& cell : row->done) {
      const FinalMetric* const one = cell.shown(metric);
      if (one == nullptr) continue;
      shown.insert(one->way());
      for (const Way& way : cell.ways(metric)) ++having[way];
      ++cells;
    }
  }
  const auto common = std::ranges::find_if(having, [&](const auto& one) { return one.second == cells; });
  if (shown.size() < 2 || common == having.end()) return std::nullopt;
  for (ConfigFacts* row : {&a, &b}) {
    for (CellFacts& cell : row->done) cell.show(metric, common->first);
  }
  return common->first.first;
}

std::string place_words(Store& store, const RowPair& pair, const TableAxes& axes) {
  if (pair.a == nullptr || pair.b == nullptr) return {};
  const auto texts = [&](const ConfigFacts& row) {
    std::vector<std::string> out;
    for (const TableCell& cell : place_cells(store, axes, row.build, row.env)) {
      out.push_back(cell.value.is_string() ? cell.value.get<std::string>() : "");
    }
    return out;
  };
  const std::vector<std::string> columns = place_columns(axes), a = texts(*pair.a), b = texts(*pair.b);
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (a[i].empty() || b[i].empty()) continue;  // nothing was tried there
    parts.push_back(a[i] == b[i] ? columns[i] + " " + a[i] : fmt::format("A on {} {}, B on {}", columns[i], a[i], b[i]));
  }
  return join(parts, "; ");
}

}  // namespace synthbench
