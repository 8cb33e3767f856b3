#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "backends/core/device_clock.h"
#include "harness/protocol.h"

namespace synthbench {

/// What a speed cell times.
struct Workload {
  /// One call of the thing. Called many times in a row.
  std::function<void()> call;
  /// Called before each sample, outside the timed region (zero the gradients ...); may be empty.
  std::function<void()> prepare;
  bool on_device = false;  ///< its caches are not the processor's: cold samples are refused (Unsupported)
  /// Waits until the device has done all calls; after the last one, within the timed region. Empty on the host.
  std::function<void()> finish = {};
  /// Of the device: its time counts, cross-checked with the host's (device_samples.h). Null: the host's time counts.
  DeviceClock* clock = nullptr;
};

struct Measurement {
  bool noisy = false;  ///< max_time came before max_noise
  std::int64_t first_call_ns = 0;
};

/// Times a workload in one fresh process and sends every raw sample as a record: the first call apart (phase first), a
/// warm-up by time, then samples through Google Benchmark with manual time, for each of settings.cache (hot first), until StopRule
/// ends it.
/// Last, where the machine lets it, metrics of what the processor counts in a call: instructions, cycles, cache_misses.
/// A sample is so many inner calls that it lasts at least ten resolutions of the clock.
Measurement measure(const Workload& workload, const MeasureSettings& settings, int launch, const RecordWriter& records);

}  // namespace synthbench
