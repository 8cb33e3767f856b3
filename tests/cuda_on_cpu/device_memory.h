#pragma once

#include <cstddef>
#include <vector>

#include "tests/cuda_on_cpu/memory.h"

namespace synthbench::cuda_on_cpu {

/// Floats in guarded device memory for the length of a test.
class DeviceFloats {
 public:
  explicit DeviceFloats(const std::vector<float>& numbers) : count_(numbers.size()) {
    memory_ = static_cast<float*>(allocate_device(count_ * sizeof(float)));
    for (std::size_t k = 0; k < count_; ++k) memory_[k] = numbers[k];
  }
  explicit DeviceFloats(std::size_t count) : count_(count), memory_(static_cast<float*>(allocate_device(count * sizeof(float)))) {}
  DeviceFloats(const DeviceFloats&) = delete;
  DeviceFloats& operator=(const DeviceFloats&) = delete;
  ~DeviceFloats() noexcept(false) { free_device(memory_); }

  float* data() const { return memory_; }
  std::vector<float> numbers() const { return {memory_, memory_ + count_}; }

 private:
  std::size_t count_;
  float* memory_ = nullptr;
};

}  // namespace synthbench::cuda_on_cpu
