#include "results/complexity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "harness/base/units.h"
#include "harness/base/words.h"

namespace synthbench {
namespace {

struct Order {
  const char* name;
  double (*of)(double n);
};

constexpr Order kOrders[] = {
    {"1", [](double) { return 1.0; }},
    {"N", [](double n) { return n; }},
    {"N log N", [](double n) { return n * std::log2(n); }},
    {"N^2", [](double n) { return n * n; }},
    {"N^3", [](double n) { return n * n * n; }},
};

Complexity fit(const Order& order, const std::vector<SizedTime>& times) {
  double products = 0, squares = 0, sum = 0, residuals = 0;
  for (const auto& [n, seconds] : times) {
    products += seconds * order.of(n);
    squares += order.of(n) * order.of(n);
    sum += seconds;
  }
  const double coefficient = squares > 0 ? products / squares : 0, count = static_cast<double>(times.size());
  for (const auto& [n, seconds] : times) residuals += std::pow(seconds - coefficient * order.of(n), 2);
  return {order.name, coefficient, std::sqrt(residuals / count) / (sum / count)};
}

/// Lengths of one series differ in these alone: with `tokens` the batch follows the length, and tables do by default.
bool goes_with_length(const std::string& key) { return key == "seq_len" || key == "max_len" || key == "batch"; }

std::string series_of(const ConfigFacts& row) {
  Json rest = row.config;
  for (const char* key : {"seq_len", "max_len", "batch"}) rest.erase(key);
  return Json::array({rest, row.build, row.env}).dump();
}

std::string label_of(const ConfigFacts& row, const Axes& axes) {
  std::vector<std::string> words;
  for (const std::string& key : axes.columns) {
    if (goes_with_length(key) || !row.config.contains(key)) continue;
    const Json& value = row.config.at(key);
    words.push_back(value.is_string() ? value.get<std::string>() : key + " " + value.dump());
  }
  if (axes.builds || axes.machines) words.push_back(fmt::format("build {} machine {}", row.build, row.env));
  return join(words, " ");
}

}  // namespace

std::optional<Complexity> fit_complexity(const std::vector<SizedTime>& times) {
  std::set<double> sizes;
  for (const SizedTime& time : times) sizes.insert(time.n);
  if (sizes.size() < 3) return std::nullopt;
  std::optional<Complexity> best;
  for (const Order& order : kOrders) {
    const Complexity found = fit(order, times);
    if (!best || found.rms < best->rms) best = found;
  }
  return best;
}

std::optional<std::string> complexity_note(const Timings& timings) {
  std::map<std::string, std::vector<SizedTime>> series;
  std::vector<std::pair<std::string, std::string>> order;  // key and label, as rows come
  for (std::size_t i = 0; i < timings.times.size(); ++i) {
    const ConfigFacts& row = timings.cells.rows[i];
    if (!timings.times[i]) continue;
    const std::string key = series_of(row);
    if (!series.contains(key)) order.emplace_back(key, label_of(row, timings.axes));
    const auto batch = static_cast<double>(std::max<std::int64_t>(1, row.config.value("batch", std::int64_t{1})));
    series[key].push_back({static_cast<double>(row.config.value("seq_len", std::int64_t{0})), timings.times[i]->seconds / batch});
  }
  std::vector<std::string> words;
  for (const auto& [key, label] : order) {
    const auto found = fit_complexity(series.at(key));
    if (found)
      words.push_back(fmt::format("{}{}{} ({} %)", label, label.empty() ? "" : " ", found->order, format_number(100 * found->rms, 2)));
  }
  if (words.empty()) return std::nullopt;
  return "time per sample over seq_len grows as: " + join(words, "; ") + "; in brackets the fit's residual";
}

}  // namespace synthbench
