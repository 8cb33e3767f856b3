#pragma once

#include "backends/core/device_clock.h"

namespace synthbench {

/// Clocks and memory of the GPU that CUDA shows first, as NVIDIA's management library tells. It is opened where the driver has brought it;
/// nothing links it, and without it nothing is known.
class Nvml {
 public:
  explicit Nvml(const char* library = "libnvidia-ml.so.1");
  ~Nvml();
  Nvml(const Nvml&) = delete;
  Nvml& operator=(const Nvml&) = delete;

  bool available() const { return gpu_ != nullptr; }
  /// What slows every kernel down against its time on a cool, well-fed GPU: heat, a hardware slowdown, the power brake. The power
  /// cap is none of these, as large kernels of a healthy GPU reach it; the clock that it leaves is recorded.
  DeviceClock::State state() const;

 private:
  void* library_ = nullptr;
  void* gpu_ = nullptr;
};

}  // namespace synthbench
