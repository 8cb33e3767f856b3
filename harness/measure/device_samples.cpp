#include "harness/measure/device_samples.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "backends/core/device_clock.h"
#include "harness/base/units.h"
#include "harness/measure/clock.h"

namespace synthbench {

std::string disagreement(double wall, double device, double resolution) {
  constexpr double kShare = 0.05, kLaunchAndNews = 2e-4;
  const bool longer = device > wall * (1 + kShare) + resolution;
  const bool shorter = device <= 0 || wall - device > wall * kShare + kLaunchAndNews;
  if (!longer && !shorter) return {};
  return fmt::format("clocks disagree: device {}, wall {}", format_seconds(device), format_seconds(wall));
}

DeviceSample DeviceSampler::take(std::int64_t calls) const {
  DeviceClock& clock = *workload_.clock;
  const auto taken_from = Clock::now();
  if (workload_.prepare) workload_.prepare();
  if (workload_.finish) workload_.finish();  // what preparing left to do is not the call's
  DeviceSample sample;
  clock.start();
  const auto begin = Clock::now();
  for (std::int64_t i = 0; i < calls; ++i) workload_.call();
  sample.host = seconds_since(begin);
  sample.device = clock.stop();
  sample.wall = seconds_since(begin);
  const DeviceClock::State state = clock.state();
  sample.sm_mhz = state.sm_mhz;
  const std::string contradiction = disagreement(sample.wall, sample.device, clock.resolution());
  sample.disagrees = !contradiction.empty();
  sample.discarded = state.throttled.empty() ? contradiction : "throttled: " + state.throttled;
  if (sample.disagrees) sample.device_discarded = contradiction;
  sample.spent = seconds_since(taken_from);
  return sample;
}

std::vector<DeviceSample> DeviceSampler::take_until_one_counts(std::int64_t calls) {
  std::vector<DeviceSample> samples;
  for (;;) {
    DeviceSample& sample = samples.emplace_back(take(calls));
    if (sample.discarded.empty()) return samples;
    if (discarded_ == kMostDiscarded) {
      sample.discarded.clear();  // the host waited: its time holds, whatever the device's clock says
      return samples;
    }
    ++discarded_;
    std::this_thread::sleep_for(std::chrono::duration<double>(rest_));
  }
}

}  // namespace synthbench
