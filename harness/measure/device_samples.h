#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/measure/measure.h"

namespace synthbench {

/// Some calls in a row, timed by both clocks.
struct DeviceSample {
  double wall = 0;    ///< seconds until the device had finished, by the host's clock
  double device = 0;  ///< by the device's own
  double host = 0;    ///< until the last call had been given to the device
  double spent = 0;   ///< by the host's clock, with preparing and looking at the device
  std::optional<std::int64_t> sm_mhz;
  std::string discarded;         ///< why it does not count: "throttled: heat", "clocks disagree ..."; empty: it does
  bool disagrees = false;        ///< the clocks do
  std::string device_discarded;  ///< why the device's time alone does not
};

/// Samples of a launch that a device is too hot for, or whose clocks disagree, until enough is enough: after so many every
/// further sample counts, and the cell is noisy (aggregate.h).
inline constexpr int kMostDiscarded = 20;

/// Takes samples of a workload that has a clock of its device.
class DeviceSampler {
 public:
  /// rest: seconds between a sample that was discarded and the next, for the device to cool.
  explicit DeviceSampler(const Workload& workload, double rest = 0.05) : workload_(workload), rest_(rest) {}

  /// Prepares, times so many calls, looks at the device's clocks.
  DeviceSample take(std::int64_t calls) const;
  /// Takes until one counts. All of them in their order, the one that counts last.
  std::vector<DeviceSample> take_until_one_counts(std::int64_t calls);

 private:
  const Workload& workload_;
  double rest_;
  int discarded_ = 0;
};

/// Empty, or how the two clocks contradict each other. The device cannot be busy for longer than the host waited, and the host waits
/// little longer than the device is busy: for a launch and for news of the end.
std::string disagreement(double wall, double device, double resolution);

}  // namespace synthbench
