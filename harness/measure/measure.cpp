#include "harness/measure/measure.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "harness/job.h"
#include "harness/measure/batch.h"
#include "harness/measure/cache.h"
#include "harness/measure/clock.h"
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

/// Calls per sample. A cold sample is one call: the second would find what the first has loaded. The time of a single short
/// call is mostly the clock's own, so a first guess is doubled until the clock agrees.
std::int64_t inner_calls(const Workload& workload, double per_call, const MeasureSettings& settings, bool cold) {
  double least = 10 * clock_resolution();
  if (settings.repetitions == 0) least = std::max(least, settings.min_time / kSamplesPerMinTime);
  if (cold || per_call >= least) return 1;
  auto inner = static_cast<std::int64_t>(std::ceil(least / std::max(per_call, 1e-9)));
  const auto fastest = [&] { return std::min({time_calls(workload, inner), time_calls(workload, inner), time_calls(workload, inner)}); };
  while (fastest() < least) inner *= 2;
  return inner;
}

bool sample_until_enough(const Workload& workload, const MeasureSettings& settings, std::int64_t inner, SampleRow row, Rows& rows) {
  std::optional<CacheEvictor> evictor;
  if (row.cache == "cold") evictor.emplace();
  row.inner_iters = inner;
  StopRule rule(settings);
  while (const int count = rule.next_batch()) {
    const auto batch = take_samples(
        [&] {
          prepare(workload);
          if (evictor) evictor->evict();
          return time_calls(workload, inner);
        },
        count);
    for (const double seconds : batch) {
      row.total_ns = nanoseconds(seconds);
      rows.push_back(row);
      ++row.idx;
      rule.add(seconds / static_cast<double>(inner), seconds);
    }
  }
  return rule.noisy();
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
  for (const std::string& cache : settings.cache) {
    const std::int64_t inner = inner_calls(workload, per_call, settings, cache == "cold");
    const bool noisy = sample_until_enough(workload, settings, inner, sample_row("measure", cache, launch), rows);
    result.noisy = result.noisy || noisy;
  }
  for (const SampleRow& row : rows) records.write(to_json(row));
  return result;
}

}  // namespace synthbench
