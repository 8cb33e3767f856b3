#include "results/cell_metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <unordered_map>

#include "results/metric_rank.h"
#include "results/sqlite_store.h"

namespace synthbench {
namespace {

const Connection& database_of(Store& store) { return dynamic_cast<SqliteStore&>(store).database(); }

/// How metrics are computed, by metric_id and split; each once for all cells.
class Definitions {
 public:
  explicit Definitions(Store& store) {
    Statement row = database_of(store).prepare("SELECT metric_id, name, unit, better, signature FROM metric_def");
    while (row.step()) by_id_[row.integer(0)].common = {row.text(1), row.text(2), row.text(3), row.text(4)};
  }

  const std::shared_ptr<const MetricDefinition>& at(std::int64_t metric, std::string_view split) {
    auto& [common, by_split] = by_id_.at(metric);
    const auto known = std::ranges::find(by_split, split, [](const auto& one) { return std::string_view(one->split); });
    if (known != by_split.end()) return *known;
    MetricDefinition made = common;
    made.split = split;
    made.rank = metric_rank(made.split, made.signature);
    return by_split.emplace_back(std::make_shared<MetricDefinition>(std::move(made)));
  }

 private:
  struct Splits {
    MetricDefinition common;
    std::vector<std::shared_ptr<const MetricDefinition>> by_split;
  };
  std::unordered_map<std::int64_t, Splits> by_id_;
};

/// Of what has one name in a cell the least rank speaks; of equal ranks the first, until choose_ways.
void add_metric(CellFacts& cell, FinalMetric metric) {
  const std::string& name = metric.definition->name;
  FinalMetrics& shelf = std::isfinite(metric.value) ? cell.metrics : cell.not_finite;
  if (const FinalMetric* spoke = cell.shown(name)) {
    if (spoke->definition->rank < metric.definition->rank) return;
    if (spoke->definition->rank == metric.definition->rank) return cell.set_aside[name].push_back(std::move(metric));
    cell.metrics.erase(name);
    cell.not_finite.erase(name);
    cell.set_aside.erase(name);
  }
  shelf.set(std::move(metric));
}

}  // namespace

void read_metrics(Store& store, CellSet& cells, const std::vector<std::string>& names) {
  std::vector<CellFacts*> by_attempt;
  for (ConfigFacts& row : cells.rows) {
    for (CellFacts& cell : row.done) by_attempt.push_back(&cell);
  }
  std::ranges::sort(by_attempt, {}, &CellFacts::attempt);
  Json attempts = Json::array();
  for (const CellFacts* cell : by_attempt) {
    if (attempts.empty() || attempts.back() != cell->attempt) attempts.push_back(cell->attempt);
  }
  Statement row = database_of(store).prepare(
      std::string(R"(SELECT m.attempt_id, m.metric_id, m.split, m.value
         FROM json_each(?1) CROSS JOIN metric m ON m.attempt_id=json_each.value WHERE m.step=-1)") +
      (names.empty() ? "" : " AND m.metric_id IN (SELECT metric_id FROM metric_def WHERE name IN (SELECT value FROM json_each(?2)))"));
  row.bind_json(1, attempts);
  if (!names.empty()) row.bind_json(2, Json(names));
  std::optional<Definitions> definitions;
  std::size_t most = 1;  // that a cell had
  auto here = by_attempt.begin();
  while (row.step()) {
    if (!definitions) definitions.emplace(store);  // as of this statement's snapshot: a run may be adding some
    const std::int64_t attempt = row.integer(0);
    here = std::ranges::find(here, by_attempt.end(), attempt, &CellFacts::attempt);  // both ascend
    if (here == by_attempt.end()) throw std::logic_error("metrics do not come in the order of their attempts");
    const FinalMetric metric{row.null(3) ? std::numeric_limits<double>::quiet_NaN() : row.number(3),
                             definitions->at(row.integer(1), row.view(2))};
    for (auto of_it = here; of_it != by_attempt.end() && (*of_it)->attempt == attempt; ++of_it) {
      CellFacts& cell = **of_it;
      if (cell.metrics.size() == 0) cell.metrics.reserve(most);
      add_metric(cell, metric);
      most = std::max(most, cell.metrics.size());
    }
  }
  choose_ways(cells.rows);
}

}  // namespace synthbench
