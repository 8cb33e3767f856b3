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

std::string series_of(const ConfigFacts& row) {
  Json rest = row.config;
  for (const char* key : {"seq_len", "max_len", "batch"}) rest.erase(key);
  return Json::array({rest, row.build, row.env}).dump();
}

std::string label_of(const ConfigFacts& row, const TableAxes& axes) {
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

bool goes_with_length(const std::string& key) { return key == "seq_len" || key == "max_len" || key == "batch"; }

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

std::vector<LengthSeries> series_over_length(const Timings& timings) {
  std::vector<LengthSeries> out;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < timings.times.size(); ++i) {
    const ConfigFacts& row = timings.cells.rows[i];
    if (!timings.times[i]) continue;
    const auto [place, is_new] = known.try_emplace(series_of(row), out.size());
    if (is_new) out.push_back({{}, {}, label_of(row, timings.axes)});
    LengthSeries& series = out[place->second];
    const auto batch = static_cast<double>(std::max<std::int64_t>(1, row.config.value("batch", std::int64_t{1})));
    series.rows.push_back(i);
    series.times.push_back({static_cast<double>(row.config.value("seq_len", std::int64_t{0})), timings.times[i]->seconds / batch});
  }
  return out;
}

std::optional<std::string> complexity_note(const Timings& timings) {
  constexpr std::size_t kMost = 50;  // beyond that a note says nothing that table scaling does not say better
  std::vector<std::string> words;
  for (const LengthSeries& series : series_over_length(timings)) {
    const auto found = fit_complexity(series.times);
    const std::string between = series.label.empty() ? "" : " ";
    if (found) words.push_back(fmt::format("{}{}{} ({} %)", series.label, between, found->order, format_number(100 * found->rms, 2)));
  }
  if (words.size() > kMost) return "how each series grows with its length: synthbench table scaling";
  if (words.empty()) return std::nullopt;
  return "time per sample over seq_len grows as: " + join(words, "; ") + "; in brackets the fit's residual";
}

}  // namespace synthbench
