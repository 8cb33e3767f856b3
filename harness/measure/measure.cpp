#include "harness/measure/measure.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <vector>

#include "harness/job.h"
#include "harness/measure/batch.h"
#include "harness/measure/cache.h"
#include "harness/measure/clock.h"
#include "harness/measure/counters.h"
#include "harness/measure/device_samples.h"
#include "harness/measure/peak_memory.h"
#include "harness/measure/stop_rule.h"

namespace synthbench {
namespace {

constexpr int kSamplesPerMinTime = 250;  ///< a short call is repeated within a sample, so that samples stay countable

std::int64_t nanoseconds(double seconds) { return std::llround(seconds * 1e9); }

/// Seconds of so many calls in a row.
double time_calls(const Workload& workload, std::int64_t calls) {
  const auto start = Clock::now();
  for (std::int64_t i = 0; i < calls; ++i) workload.call();
  if (workload.finish) workload.finish();
  return seconds_since(start);
}

void prepare(const Workload& workload) {
  if (workload.prepare) workload.prepare();
}

SampleRow sample_row(const char* phase, const std::string& cache, int launch) {
  SampleRow row;
  row.phase = phase;
  row.cache = cache;
  row.clock = "wall";
  row.round = launch;
  return row;
}

/// Rows are kept until the end: a supervisor that reads records would take a processor from what is being timed.
using Rows = std::vector<SampleRow>;

/// Warms caches, clocks and thread pools up. Returns the fastest call seen, which sizes the samples.
double warm_up(const Workload& workload, const MeasureSettings& settings, SampleRow row, Rows& rows) {
  const double wanted = std::clamp(settings.min_time / 2, 0.0, 0.5);
  double total = 0, fastest = INFINITY;
  row.inner_iters = 0;
  prepare(workload);
  do {
    const double seconds = time_calls(workload, 1);
    fastest = std::min(fastest, seconds);
    total += seconds;
    ++row.inner_iters;
  } while (total < wanted);
  row.total_ns = nanoseconds(total);
  rows.push_back(row);
  return fastest;
}

/// The same by the clock that counts.
double time_that_counts(const Workload& workload, std::int64_t calls) {
  if (workload.clock == nullptr) return time_calls(workload, calls);
  const DeviceSample sample = DeviceSampler(workload).take(calls);
  return sample.disagrees ? sample.wall : sample.device;
}

/// Calls per sample. A cold sample is one call: the second would find what the first has loaded. The time of a single short
/// call is mostly the clock's own, so a first guess is doubled until the clock agrees.
std::int64_t inner_calls(const Workload& workload, double per_call, const MeasureSettings& settings, bool cold) {
  double least = 10 * std::max(clock_resolution(), workload.clock == nullptr ? 0 : workload.clock->resolution());
  if (settings.repetitions == 0) least = std::max(least, settings.min_time / kSamplesPerMinTime);
  if (cold || per_call >= least) return 1;
  auto inner = static_cast<std::int64_t>(std::ceil(least / std::max(per_call, 1e-9)));
  const auto once = [&] { return time_that_counts(workload, inner); };
  const auto fastest = [&] { return std::min({once(), once(), once()}); };
  while (fastest() < least) inner *= 2;
  return inner;
}

/// A sample by each of its clocks; what was discarded stays, marked.
void add_rows(Rows& rows, SampleRow& row, const DeviceSample& sample) {
  row.sm_mhz = sample.sm_mhz;
  const auto add = [&](const char* clock, double seconds, const std::string& discarded) {
    row.clock = clock;
    row.total_ns = nanoseconds(std::max(seconds, 0.0));
    row.discarded = discarded;
    rows.push_back(row);
  };
  add("wall", sample.wall, sample.discarded);
  add("cuda_event", sample.device, sample.discarded.empty() ? sample.device_discarded : sample.discarded);
  add("cpu", sample.host, sample.discarded);
  ++row.idx;
}

bool sample_until_enough(const Workload& workload, const MeasureSettings& settings, std::int64_t inner, SampleRow row, Rows& rows) {
  const bool cold = row.cache == "cold";
  std::optional<CacheEvictor> evictor;
  if (cold) evictor.emplace();
  row.inner_iters = inner;
  DeviceSampler on_device(workload);
  double spent = 0;  // by the samples of a batch, with all that is done before and between their calls
  const auto sample = [&] {
    if (workload.clock != nullptr) {
      const std::vector<DeviceSample> tries = on_device.take_until_one_counts(inner);
      for (const DeviceSample& one : tries) add_rows(rows, row, one);
      spent += tries.back().spent;  // the tries that count for nothing have a bound of their own
      return tries.back().device_discarded.empty() ? tries.back().device : tries.back().wall;
    }
    const auto start = Clock::now();
    prepare(workload);
    if (evictor) evictor->evict();
    const double seconds = time_calls(workload, inner);
    spent += seconds_since(start);
    row.total_ns = nanoseconds(seconds);
    rows.push_back(row);
    ++row.idx;
    return seconds;
  };
  StopRule rule(settings);
  while (const int count = rule.next_batch()) {
    spent = 0;
    const std::vector<double> batch = take_samples(sample, count);
    const double each = spent / count;
    // To evict the caches takes so much longer than a short call that min_time of calls alone would take minutes.
    for (const double seconds : batch) rule.add(seconds / static_cast<double>(inner), cold ? each : seconds, each);
  }
  return rule.noisy();
}

/// Processor events of a call, apart from the samples, which no counting disturbs. As many calls as fit in a moment.
void count_events(const Workload& workload, double per_call, const RecordWriter& records) {
  constexpr double kMoment = 0.02;
  HardwareCounters counters;
  if (counters.empty()) return;
  const auto calls = static_cast<std::int64_t>(std::clamp(kMoment / std::max(per_call, 1e-9), 1.0, 1e6));
  prepare(workload);
  for (const auto& [name, count] : counters.count([&] { time_calls(workload, calls); })) {
    MetricRow row;
    row.name = name;
    row.unit = "1";
    row.better = "lower";
    row.value = count / static_cast<double>(calls);
    row.n = calls;
    records.write(to_json(row));
  }
}

MetricRow device_memory_metric(std::int64_t bytes) {
  MetricRow row;
  row.name = "peak_device";
  row.unit = "B";
  row.better = "lower";
  row.value = static_cast<double>(bytes);
  row.n = 1;
  return row;
}

}  // namespace

double clock_resolution() {
  static const double resolution = [] {
    double least = INFINITY;
    for (int i = 0; i < 100; ++i) {
      const auto start = Clock::now();
      double step = 0;
      while (step <= 0) step = seconds_since(start);
      least = std::min(least, step);
    }
    return least;
  }();
  return resolution;
}

Measurement measure(const Workload& workload, const MeasureSettings& settings, int launch, const RecordWriter& records) {
  if (workload.on_device && std::ranges::find(settings.cache, "cold") != settings.cache.end()) {
    throw Unsupported("cache = cold: a GPU's caches cannot be emptied yet");
  }
  forget_peak_rss();  // a check and the making of inputs are not the cell's
  Measurement result;
  Rows rows;
  SampleRow first = sample_row("first", "cold", launch);
  prepare(workload);
  first.total_ns = result.first_call_ns = nanoseconds(time_calls(workload, 1));
  rows.push_back(first);

  const double per_call = warm_up(workload, settings, sample_row("warmup", "hot", launch), rows);
  for (const char* cache : {"hot", "cold"}) {  // hot samples follow the warm-up, and no evictor has been made before them
    if (std::ranges::find(settings.cache, cache) == settings.cache.end()) continue;
    const bool cold = std::string_view(cache) == "cold";
    if (cold) hold_peak_rss();
    const std::int64_t inner = inner_calls(workload, per_call, settings, cold);
    const bool noisy = sample_until_enough(workload, settings, inner, sample_row("measure", cache, launch), rows);
    result.noisy = result.noisy || noisy;
  }
  for (const SampleRow& row : rows) records.write(to_json(row));
  const auto used = workload.clock == nullptr ? std::nullopt : workload.clock->state().used_bytes;
  if (used) records.write(to_json(device_memory_metric(*used)));  // allocators keep what they had: the most is still there
  if (!workload.on_device) count_events(workload, per_call, records);
  return result;
}

}  // namespace synthbench
