// pearson    r = Σ (x - x̄)(y - ȳ) / sqrt(Σ (x - x̄)² Σ (y - ȳ)²)
// spearman   the same of ranks; values that are equal share the mean of their ranks
//
// Undefined where a side is constant. Source: SciPy, pearsonr and spearmanr; GLUE (STS-B): Wang et al. 2019.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "harness/base/error.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/number_lines.h"

namespace synthbench {
namespace {

using Values = std::vector<double>;

/// Differences from the mean, over their length; empty where all are equal.
Values direction(const Values& values) {
  if (std::ranges::all_of(values, [&](double value) { return value == values.front(); })) return {};
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  Values out;
  double largest = 0, squares = 0;
  for (const double value : values) {
    out.push_back(value - mean);
    largest = std::max(largest, std::abs(out.back()));
  }
  for (double& value : out) {  // of numbers near the ends of what a double holds, squares are beyond them
    value /= largest;
    squares += value * value;
  }
  for (double& value : out) value /= std::sqrt(squares);
  return out;
}

std::optional<double> pearson_r(const Values& x, const Values& y) {
  const Values a = direction(x), b = direction(y);
  if (a.empty() || b.empty()) return std::nullopt;
  return std::clamp(std::inner_product(a.begin(), a.end(), b.begin(), 0.0), -1.0, 1.0);
}

Values ranks(const Values& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
  Values out(values.size());
  for (std::size_t first = 0, end; first < order.size(); first = end) {
    end = first;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t k = first; k < end; ++k) out[order[k]] = static_cast<double>(first + 1 + end) / 2;
  }
  return out;
}

SegmentSums correlation(const MetricTexts& texts, Values (*prepared)(const Values&)) {
  if (texts.references.size() != 1) throw UserError(fmt::format("correlations have one reference, not {}", texts.references.size()));
  const Values predicted = numbers_in(texts.hypotheses, "hypotheses"), gold = numbers_in(texts.references.front(), "reference");
  if (std::ranges::all_of(gold, [](double value) { return value == -1; })) {
    throw UserError("every line of the reference is -1: hidden test labels, which cannot be scored");
  }
  return {.n = gold.size(), .signature = {}, .value = pearson_r(prepared(predicted), prepared(gold))};
}

Values as_they_are(const Values& values) { return values; }

SegmentSums pearson(const MetricTexts& texts, const MetricOptions&) { return correlation(texts, as_they_are); }

SegmentSums spearman(const MetricTexts& texts, const MetricOptions&) {
  SegmentSums measured = correlation(texts, ranks);
  measured.signature = {{"ties", "mean-rank"}};
  return measured;
}

const bool registered =
    metrics().add("pearson", {.summary = "correlation of numbers; null where a side is constant", .scale = "-1-1", .measure = pearson}) &&
    metrics().add("spearman", {.summary = "correlation of ranks; null where a side is constant", .scale = "-1-1", .measure = spearman});

}  // namespace
}  // namespace synthbench
