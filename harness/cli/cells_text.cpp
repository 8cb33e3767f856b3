#include "harness/cli/cells_text.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "results/held_against_peak.h"
#include "results/metric_rank.h"

namespace synthbench {
namespace {

OrderedJson number_or_null(double value) { return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr); }

template <typename Value>
OrderedJson or_null(const std::optional<Value>& value) {
  return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

OrderedJson text_or_null(const std::string& text) { return text.empty() ? OrderedJson(nullptr) : OrderedJson(text); }

/// What tells a row from the one that has the bare name: its split, its signature, both, else a number.
std::string distinction(const MetricRow& metric, int attempt) {
  const std::string& split = metric.split;
  const std::string& signature = metric.signature;
  switch (attempt) {
    case 0: return split;
    case 1: return signature;
    case 2: return split.empty() || signature.empty() ? "" : split + "." + signature;
    default: return std::to_string(attempt - 1);
  }
}

/// Metrics by their keys. Of several rows of one name the one that speaks for it (metric_rank.h) keeps the bare name.
std::map<std::string, const MetricRow*> named_metrics(const std::vector<MetricRow>& metrics) {
  std::vector<const MetricRow*> sorted;
  for (const MetricRow& metric : metrics) sorted.push_back(&metric);
  const auto order = [](const MetricRow* metric) {
    return std::tuple(metric_rank(metric->split, metric->signature), std::string_view(metric->split), std::string_view(metric->signature));
  };
  std::ranges::stable_sort(sorted, {}, order);
  std::map<std::string, const MetricRow*> named;
  for (const MetricRow* metric : sorted) {
    auto [speaker, is_new] = named.emplace(metric->name, metric);
    for (int attempt = speaker->second->split == metric->split ? 1 : 0; !is_new; ++attempt) {
      const std::string suffix = distinction(*metric, attempt);
      is_new = !suffix.empty() && named.emplace(metric->name + "." + suffix, metric).second;
    }
  }
  return named;
}

/// Why a value is null; in a table it is the word in its place.
std::string absence(const MetricRow& metric) { return is_held_against_peak(metric.name) ? "impossible" : "not finite"; }

}  // namespace

OrderedJson cell_json(const Store::CellResult& cell) {
  OrderedJson metrics = OrderedJson::object();
  for (const auto& [name, metric] : named_metrics(cell.metrics)) {
    metrics[name] = {{"value", number_or_null(metric->value)},
                     {"unit", metric->unit},
                     {"ci_lo", or_null(metric->ci_lo)},
                     {"ci_hi", or_null(metric->ci_hi)},
                     {"n", or_null(metric->n)}};
    if (!std::isfinite(metric->value)) metrics[name]["reason"] = absence(*metric);
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
      row[name] = metric == nullptr              ? OrderedJson(nullptr)
                  : std::isfinite(metric->value) ? OrderedJson(metric->value)
                                                 : OrderedJson(absence(*metric));
      if (!with_interval.contains(name)) continue;
      row[name + ".ci_lo"] = metric ? or_null(metric->ci_lo) : OrderedJson(nullptr);
      row[name + ".ci_hi"] = metric ? or_null(metric->ci_hi) : OrderedJson(nullptr);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace synthbench
