#include "harness/aggregate.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "ablations/cost.h"
#include "harness/measure/stop_rule.h"
#include "results/statistics.h"

namespace synthbench {
namespace {

constexpr std::uint64_t kBootstrapSeed = 20210718;  ///< fixed: the same samples always give the same interval
constexpr int kReplicates = 2000;

bool counts(const SampleRow& row) { return row.phase == "measure" && row.clock == "wall" && row.discarded.empty(); }

double seconds_per_call(const SampleRow& row) { return static_cast<double>(row.total_ns) * 1e-9 / static_cast<double>(row.inner_iters); }

/// Samples of one cache in groups, one per launch.
std::map<std::int64_t, std::vector<double>> by_launch(const std::vector<SampleRow>& samples, const std::string& cache) {
  std::map<std::int64_t, std::vector<double>> groups;
  for (const SampleRow& row : samples) {
    if (counts(row) && row.cache == cache) groups[row.round].push_back(seconds_per_call(row));
  }
  return groups;
}

std::set<std::string> caches_of(const std::vector<SampleRow>& samples) {
  std::set<std::string> caches;
  for (const SampleRow& row : samples) {
    if (counts(row)) caches.insert(row.cache);
  }
  return caches;
}

MetricRow metric(const char* name, const char* unit, const char* better, double value, std::int64_t n) {
  MetricRow row;
  row.name = name;
  row.unit = unit;
  row.better = better;
  row.value = value;
  row.n = n;
  return row;
}

/// A rate falls where the time rises: its interval is the reciprocal one.
MetricRow rate(const char* name, const char* unit, double amount, const MetricRow& time) {
  MetricRow row = metric(name, unit, "higher", amount / time.value, *time.n);
  row.ci_lo = amount / *time.ci_hi;
  row.ci_hi = amount / *time.ci_lo;
  return row;
}

std::vector<MetricRow> metrics_of(const Config& config, const Launches& launches) {
  std::vector<double> all;
  for (const auto& launch : launches) all.insert(all.end(), launch.begin(), launch.end());
  const auto n = static_cast<std::int64_t>(all.size());
  const double middle = median(all);
  const Interval interval = interval_of(bootstrap_medians({&launches, 1}, kBootstrapSeed, kReplicates));

  MetricRow time = metric("median", "s", "lower", middle, n);
  time.ci_lo = std::min(interval.lo, middle);  // of few samples the resampled medians may miss their own
  time.ci_hi = std::max(interval.hi, middle);
  const auto tokens = static_cast<double>(config.integer("batch") * config.integer("seq_len"));
  std::vector<MetricRow> rows = {time, metric("min", "s", "lower", *std::min_element(all.begin(), all.end()), n),
                                 metric("mean", "s", "lower", mean(all), n)};
  if (const auto sd = standard_deviation(all)) rows.push_back(metric("sd", "s", "lower", *sd, n));  // one sample has no spread
  if (middle > 0) {
    rows.push_back(rate("tokens_per_s", "tokens/s", tokens, time));
    if (const std::int64_t flops = flops_of(config); flops > 0)
      rows.push_back(rate("flops_per_s", "FLOP/s", static_cast<double>(flops), time));
  }
  return rows;
}

CallShape shape_of_cell(const Config& config) {
  const std::int64_t length = config.integer("seq_len");
  return {config.integer("batch"), config.integer("heads"), length, length, config.integer("head_dim")};
}

}  // namespace

std::vector<MetricRow> speed_metrics(const Config& config, const std::vector<SampleRow>& samples) {
  std::vector<MetricRow> out;
  for (const std::string& cache : caches_of(samples)) {
    Launches launches;
    for (auto& [round, values] : by_launch(samples, cache)) launches.push_back(std::move(values));
    std::vector<MetricRow> rows = metrics_of(config, launches);
    for (MetricRow& row : rows) {
      if (cache == "cold") row.signature = "cache:cold";
      out.push_back(std::move(row));
    }
  }
  return out;
}

bool is_noisy(const std::vector<SampleRow>& samples, const MeasureSettings& settings) {
  for (const std::string& cache : caches_of(samples)) {
    for (const auto& [round, values] : by_launch(samples, cache)) {
      StopRule rule(settings);
      for (const double value : values) rule.add(value, value);
      if (rule.noisy()) return true;
    }
  }
  return false;
}

std::int64_t flops_of(const Config& config) {
  if (config.text("kind") != "speed" || config.text("scope") == "step") return 0;
  const bool layer = config.text("scope") == "layer";
  if (!layer && whole_layer(config.mixture()) != nullptr) return 0;  // it has no attention call to time
  const Flops flops =
      layer ? layer_flops(config.mixture(), config.layer(), shape_of_cell(config)) : attend_flops(config.mixture(), shape_of_cell(config));
  return config.text("direction") == "fwd" ? flops.forward : flops.forward + flops.backward;
}

std::int64_t parameters_of(const Config& config) {
  if (config.has("scope") && config.text("scope") == "attend") return logit_parameters(config.mixture(), config.layer());
  return layer_parameters(config.mixture(), config.layer());
}

}  // namespace synthbench
