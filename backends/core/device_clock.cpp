#include "backends/core/device_clock.h"

namespace synthbench {

Registry<std::function<std::unique_ptr<DeviceClock>()>>& device_clocks() {
  static Registry<std::function<std::unique_ptr<DeviceClock>()>> registry("device clock");
  return registry;
}

std::unique_ptr<DeviceClock> device_clock_of(const std::string& backend) {
  const auto* make = device_clocks().find(backend);
  return make == nullptr ? nullptr : (*make)();
}

}  // namespace synthbench
