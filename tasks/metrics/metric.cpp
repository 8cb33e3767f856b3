#include "tasks/metrics/metric.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/error.h"

namespace synthbench {

Registry<Metric>& metrics() {
  static Registry<Metric> all("metric");
  return all;
}

void Rows::add(std::span<const double> row) {
  width = row.size();
  numbers.insert(numbers.end(), row.begin(), row.end());
}

std::vector<double> Rows::sum() const {
  std::vector<double> sums(width, 0.0);
  for (std::size_t i = 0; i < numbers.size(); ++i) sums[i % width] += numbers[i];
  return sums;
}

namespace {

void check_counts(const MetricTexts& texts) {
  const std::size_t n = texts.hypotheses.size();
  if (texts.references.empty()) throw UserError("nothing to score against: no reference");
  for (std::size_t stream = 0; stream < texts.references.size(); ++stream) {
    const std::size_t m = texts.references[stream].size();
    if (m != n) throw UserError(fmt::format("reference {} has {} lines, the hypotheses have {}", stream + 1, m, n));
  }
  if (n == 0) throw NothingDone("nothing to score: the files are empty");
}

}  // namespace

SegmentSums measure(const std::string& metric, const MetricTexts& texts, const MetricOptions& options) {
  const Metric& chosen = metrics().at(metric);
  check_counts(texts);
  SegmentSums measured = chosen.measure(texts, options);
  if (measured.value_of_sums) measured.value = measured.value_of_sums(measured.rows.sum());
  if (measured.value && !std::isfinite(*measured.value)) measured.value.reset();
  return measured;
}

Score score_of(const std::string& metric, const SegmentSums& measured, const SignatureFields& more) {
  Score score{.metric = metric, .signature = metric, .value = measured.value, .n = measured.n, .warnings = measured.warnings};
  for (const SignatureFields& fields : {measured.signature, more}) {
    for (const auto& [key, value] : fields) score.signature += "|" + key + ":" + value;
  }
  score.signature += "|v:synthbench." SYNTHBENCH_VERSION;
  return score;
}

Score score(const std::string& metric, const MetricTexts& texts, const MetricOptions& options) {
  return score_of(metric, measure(metric, texts, options));
}

std::pair<std::string, std::string> nrefs(const MetricTexts& texts) { return {"nrefs", std::to_string(texts.references.size())}; }

SegmentSums mean_over_segments(std::span<const double> values, SignatureFields signature) {
  SegmentSums measured{.n = values.size(), .signature = std::move(signature)};
  for (const double value : values) measured.rows.add(std::vector<double>{value, 1});
  measured.value_of_sums = [](std::span<const double> sums) { return sums[0] / sums[1]; };
  return measured;
}

}  // namespace synthbench
