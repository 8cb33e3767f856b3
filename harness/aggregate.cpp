#include "harness/aggregate.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>

#include "ablations/cost.h"
#include "harness/measure/device_samples.h"
#include "harness/measure/stop_rule.h"
#include "results/counted_samples.h"
#include "results/statistics.h"

namespace synthbench {
namespace {

constexpr std::uint64_t kBootstrapSeed = 20210718;  ///< fixed: the same samples always give the same interval
constexpr int kReplicates = 2000;

/// Samples of one cache in groups, one per launch.
std::map<std::int64_t, std::vector<double>> by_launch(const std::vector<SampleRow>& samples, const std::string& cache) {
  const char* const clock = clock_that_counts(samples);
  std::map<std::int64_t, std::vector<double>> groups;
  for (const SampleRow& row : samples) {
    if (is_measured(row, clock) && row.cache == cache) groups[row.round].push_back(seconds_per_call(row));
  }
  return groups;
}

std::set<std::string> caches_of(const std::vector<SampleRow>& samples) {
  const char* const clock = clock_that_counts(samples);
  std::set<std::string> caches;
  for (const SampleRow& row : samples) {
    if (is_measured(row, clock)) caches.insert(row.cache);
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

/// Of a rate that is held against a peak. What the machine cannot do is no number: a count or a clock is wrong.
void add_share(std::vector<MetricRow>& rows, const char* name, double peak) {
  MetricRow& rate = rows.back();
  MetricRow share = metric(name, "1", "higher", rate.value / peak, *rate.n);
  share.ci_lo = *rate.ci_lo / peak;
  share.ci_hi = *rate.ci_hi / peak;
  if (share.value > 1) {
    for (MetricRow* row : {&rate, &share}) {
      row->value = std::numeric_limits<double>::quiet_NaN();
      row->ci_lo = row->ci_hi = std::nullopt;
    }
  }
  rows.push_back(std::move(share));
}

/// What a mask hides is counted, and a kernel may skip it.
bool is_masked(const Config& config) { return config.flag("causal") || config.text("key_lengths") != "full"; }

/// Operations and bytes per second. Bytes are held against the copy only where a call moves more than caches can keep.
void add_work(std::vector<MetricRow>& rows, const Config& config, const std::optional<Peaks>& peaks) {
  const MetricRow time = rows.front();
  if (const auto flops = static_cast<double>(flops_of(config)); flops > 0) {
    rows.push_back(rate("flops_per_s", "FLOP/s", flops, time));
    if (peaks && !is_masked(config)) add_share(rows, "peak_flops_share", peaks->flops_per_s);
  }
  if (const auto bytes = static_cast<double>(bytes_of(config)); bytes > 0) {
    rows.push_back(rate("bytes_per_s", "B/s", bytes, time));
    if (peaks && !is_masked(config) && bytes >= peaks->bytes / 2) add_share(rows, "peak_bytes_share", peaks->bytes_per_s);
  }
}

std::vector<MetricRow> metrics_of(const Config& config, const Launches& launches, const std::optional<Peaks>& peaks) {
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
    add_work(rows, config, peaks);
  }
  return rows;
}

/// A step is a whole model's; a whole layer has no attention call to time.
bool has_counts(const Config& config) {
  if (config.text("kind") != "speed" || config.text("scope") == "step") return false;
  return config.text("scope") == "layer" || whole_layer(config.mixture()) == nullptr;
}

/// The share of the time in which the host was still giving calls to the device; nothing where there is none.
std::optional<double> host_share(const std::vector<SampleRow>& samples) {
  std::vector<double> host, wall;
  for (const SampleRow& row : samples) {
    if (is_measured(row, "cpu")) host.push_back(seconds_per_call(row));
    if (is_measured(row, "wall")) wall.push_back(seconds_per_call(row));
  }
  if (host.empty() || wall.empty()) return std::nullopt;
  return median(host) / median(wall);
}

/// What a call of the cell's direction costs.
std::int64_t in_direction(const Config& config, std::int64_t forward, std::int64_t backward) {
  const std::string& direction = config.text("direction");
  return direction == "fwd" ? forward : direction == "bwd" ? backward : forward + backward;
}

CallShape shape_of_cell(const Config& config) {
  const std::int64_t length = config.integer("seq_len");
  return {config.integer("batch"), config.integer("heads"), length, length, config.integer("head_dim")};
}

}  // namespace

std::vector<MetricRow> speed_metrics(const Config& config, const std::vector<SampleRow>& samples, const std::optional<Peaks>& peaks) {
  std::vector<MetricRow> out;
  for (const std::string& cache : caches_of(samples)) {
    Launches launches;
    for (auto& [round, values] : by_launch(samples, cache)) launches.push_back(std::move(values));
    std::vector<MetricRow> rows = metrics_of(config, launches, peaks);
    for (MetricRow& row : rows) {
      if (cache == "cold") row.signature = "cache:cold";
      out.push_back(std::move(row));
    }
  }
  const auto share = config.text("scope") == "step" ? std::nullopt : host_share(samples);  // a step waits for its loss
  if (share) out.push_back(metric("host_share", "1", "lower", *share, std::ssize(samples)));
  return out;
}

bool is_noisy(const std::vector<SampleRow>& samples, const MeasureSettings& settings) {
  std::map<std::int64_t, int> discarded;  // of each launch
  for (const SampleRow& row : samples) {
    if (row.clock == "wall" && !row.discarded.empty() && ++discarded[row.round] == kMostDiscarded) return true;
  }
  for (const std::string& cache : caches_of(samples)) {
    for (const auto& [round, values] : by_launch(samples, cache)) {
      StopRule rule(settings);
      for (const double value : values) rule.add(value, value, value);
      if (rule.noisy()) return true;
    }
  }
  return false;
}

std::int64_t flops_of(const Config& config) {
  if (!has_counts(config)) return 0;
  const bool layer = config.text("scope") == "layer";
  const Flops flops =
      layer ? layer_flops(config.mixture(), config.layer(), shape_of_cell(config)) : attend_flops(config.mixture(), shape_of_cell(config));
  return in_direction(config, flops.forward, flops.backward);
}

std::int64_t bytes_of(const Config& config) {
  if (!has_counts(config)) return 0;
  const bool layer = config.text("scope") == "layer";
  const CallShape shape = shape_of_cell(config);
  const DType dtype = dtype_named(config.text("dtype"));
  const Bytes bytes =
      layer ? layer_traffic(config.mixture(), config.layer(), shape, dtype) : attend_traffic(config.mixture(), shape, dtype);
  if (bytes.backward == 0 && config.text("direction") != "fwd") return 0;
  return in_direction(config, bytes.forward, bytes.backward);
}

std::int64_t parameters_of(const Config& config) {
  if (config.has("scope") && config.text("scope") == "attend") return logit_parameters(config.mixture(), config.layer());
  return layer_parameters(config.mixture(), config.layer());
}

}  // namespace synthbench
