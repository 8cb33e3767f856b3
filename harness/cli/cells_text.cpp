#include "harness/cli/cells_text.h"

#include <cmath>
#include <map>
#include <set>
#include <string>

namespace synthbench {
namespace {

OrderedJson number_or_null(double value) { return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr); }

template <typename Value>
OrderedJson or_null(const std::optional<Value>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

OrderedJson text_or_null(const std::string& text) { return text.empty() ? OrderedJson(nullptr) : OrderedJson(text); }

/// A metric's key: its name; where several splits have it, the one that counts most (test, valid, train) keeps the bare name.
std::map<std::string, const MetricRow*> named_metrics(const std::vector<MetricRow>& metrics) {
  const auto rank = [](const std::string& split) { return split.empty() || split == "test" ? 0 : split == "valid" ? 1 : 2; };
  std::map<std::string, const MetricRow*> named;
  for (const MetricRow& metric : metrics) {
    const auto [at, fresh] = named.emplace(metric.name, &metric);
    if (fresh) continue;
    const MetricRow* other = &metric;
    if (rank(metric.split) < rank(at->second->split)) std::swap(at->second, other);
    named.emplace(metric.name + "." + (other->split.empty() ? other->signature : other->split), other);
  }
  return named;
}

}  // namespace

OrderedJson cell_json(const Store::CellResult& cell) {
  OrderedJson metrics = OrderedJson::object();
  for (const auto& [name, metric] : named_metrics(cell.metrics)) {
    metrics[name] = {{"value", number_or_null(metric->value)},
                     {"unit", metric->unit},
                     {"ci_lo", or_null(metric->ci_lo)},
                     {"ci_hi", or_null(metric->ci_hi)},
                     {"n", or_null(metric->n)}};
  }
  return {{"cell", "c" + std::to_string(cell.cell_id)},
          {"config", cell.config},
          {"seed", cell.seed},
          {"state", cell.state},
          {"reason", text_or_null(cell.reason)},
          {"kernel", text_or_null(cell.kernel)},
          {"metrics", metrics}};
}

std::vector<OrderedJson> flat_rows(const std::vector<Store::CellResult>& cells) {
  std::set<std::string> config_keys, metric_names, with_interval;
  for (const Store::CellResult& cell : cells) {
    for (const auto& [key, value] : cell.config.items()) config_keys.insert(key);
    for (const auto& [name, metric] : named_metrics(cell.metrics)) {
      metric_names.insert(name);
      if (metric->ci_lo || metric->ci_hi) with_interval.insert(name);
    }
  }
  std::vector<OrderedJson> rows;
  for (const Store::CellResult& cell : cells) {
    OrderedJson row = {{"cell", "c" + std::to_string(cell.cell_id)}};
    for (const std::string& key : config_keys) row[key] = cell.config.contains(key) ? OrderedJson(cell.config[key]) : OrderedJson(nullptr);
    row["seed"] = cell.seed;
    row["state"] = cell.state;
    row["reason"] = text_or_null(cell.reason);
    row["kernel"] = text_or_null(cell.kernel);
    const auto metrics = named_metrics(cell.metrics);
    for (const std::string& name : metric_names) {
      const auto found = metrics.find(name);
      const MetricRow* metric = found == metrics.end() ? nullptr : found->second;
      row[name] = metric ? number_or_null(metric->value) : OrderedJson(nullptr);
      if (!with_interval.contains(name)) continue;
      row[name + ".ci_lo"] = metric ? or_null(metric->ci_lo) : OrderedJson(nullptr);
      row[name + ".ci_hi"] = metric ? or_null(metric->ci_hi) : OrderedJson(nullptr);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace synthbench
