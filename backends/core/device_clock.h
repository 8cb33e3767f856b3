#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "harness/base/registry.h"

namespace synthbench {

/// A device's own time, between two marks on the stream that kernels run on, and how its clocks stand. Every function throws
/// std::runtime_error with the device's own words when it fails.
class DeviceClock {
 public:
  virtual ~DeviceClock() = default;
  virtual void start() = 0;
  /// Marks the end of what was given to the device, waits until it has come there; seconds since the mark of start().
  virtual double stop() = 0;
  /// Smallest difference of two marks that says something, in seconds.
  virtual double resolution() const = 0;

  struct State {
    std::optional<std::int64_t> sm_mhz;      ///< clock of the multiprocessors now; absent where nobody tells
    std::string throttled;                   ///< why the device is slower than it could be: "heat", "power brake"; empty: it is not
    std::optional<std::int64_t> used_bytes;  ///< memory that is taken now, by this process and by others
  };
  virtual State state() = 0;
};

/// Clocks of devices, by the name of the backend that computes there.
Registry<std::function<std::unique_ptr<DeviceClock>()>>& device_clocks();
/// Null where the backend has none: it computes on the host.
std::unique_ptr<DeviceClock> device_clock_of(const std::string& backend);

}  // namespace synthbench
