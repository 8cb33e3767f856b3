#include "harness/cli/running_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "harness/base/plain_text.h"
#include "harness/base/units.h"

namespace synthbench {
namespace {

const MetricRow* hot_metric(const CellNews& news, const char* name) {
  if (news.metrics == nullptr) return nullptr;
  const MetricRow* found = nullptr;
  for (const MetricRow& row : *news.metrics) {
    if (row.name == name && (found == nullptr || row.signature.empty())) found = &row;
  }
  return found;
}

/// Half of the interval, as a share of the median.
std::string spread(const MetricRow& median) {
  if (!median.ci_lo || !median.ci_hi || median.value <= 0) return "";
  return fmt::format("{:.1f} %", 100 * (*median.ci_hi - *median.ci_lo) / 2 / median.value);
}

std::string scaled(const MetricRow* metric, double scale) {
  if (metric == nullptr) return "";
  return std::isfinite(metric->value) ? format_number(metric->value * scale, 3) : "impossible";
}

}  // namespace

RunningTable::RunningTable(const Plan& plan) {
  const std::string total = std::to_string(plan.counts.cells);
  columns_.push_back({"cell", std::max<std::size_t>(4, 2 * total.size() + 1)});
  for (const char* key : {"variant", "backend", "seq_len"}) keys_.emplace_back(key);
  for (const std::string& key : varied_keys(plan)) {
    const auto axis = std::ranges::find(plan.axes, key, &Plan::Axis::name);
    const bool varies = axis == plan.axes.end() || axis->values.size() > 1;  // no axis has the name of a zip's key
    if (varies && std::ranges::find(keys_, key) == keys_.end()) keys_.push_back(key);
  }
  for (const std::string& key : keys_) {
    const auto axis = std::ranges::find(plan.axes, key, &Plan::Axis::name);
    const std::vector<Json> values = axis == plan.axes.end() ? std::vector<Json>() : axis->values;
    Column column{key, key.size(), !values.empty() || key == "seq_len"};
    for (const Json& value : values) {
      column.width = std::max(column.width, plain_text(value).size());
      column.right = column.right && value.is_number();
    }
    columns_.push_back(std::move(column));
  }
  for (const auto& [name, width] : {std::pair{"median", 8}, {"interval", 8}, {"GFLOP/s", 8}, {"% of peak", 9}}) {
    columns_.push_back({name, static_cast<std::size_t>(width)});
  }
}

std::string RunningTable::header() const {
  std::string names = "|", rule = "|";
  for (const Column& column : columns_) {
    names += column.right ? fmt::format(" {:>{}} |", column.name, column.width) : fmt::format(" {:<{}} |", column.name, column.width);
    rule += fmt::format(" {:-<{}}{} |", "", column.width - 1, column.right ? ":" : "-");
  }
  return names + "\n" + rule;
}

std::string RunningTable::row(const CellNews& news) const {
  std::vector<std::string> texts = {fmt::format("{}/{}", news.number, news.total)};
  for (const std::string& key : keys_) {
    const bool absent = news.config == nullptr || !news.config->has(key);
    texts.push_back(key == "seed" ? std::to_string(news.seed) : absent ? "" : plain_text(news.config->json().at(key)));
  }
  const MetricRow* const median = hot_metric(news, "median");
  if (median != nullptr) {
    texts.push_back(format_seconds(median->value));
    texts.push_back(spread(*median));
    texts.push_back(scaled(hot_metric(news, "flops_per_s"), 1e-9));
    texts.push_back(scaled(hot_metric(news, "peak_flops_share"), 100));
  }
  std::string line = "|";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const Column& column = columns_[i];
    line += column.right ? fmt::format(" {:>{}} |", texts[i], column.width) : fmt::format(" {:<{}} |", texts[i], column.width);
  }
  if (median == nullptr) line += fmt::format(" {}{}{} |", news.state, news.reason.empty() ? "" : ": ", news.reason);
  return line;
}

}  // namespace synthbench
