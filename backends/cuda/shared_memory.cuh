#pragma once

#include <cuda_runtime.h>

#include <cstddef>

namespace synthbench::cuda {

/// Shared memory in arrays, one behind another. The same take() calls in the same order give a kernel its arrays and the host the
/// number of bytes to launch with; in the tests a guard band lies behind each array.
class SharedMemory {
 public:
  /// The block's dynamic shared memory.
  __device__ static SharedMemory of_block() {
#ifdef SYNTHBENCH_CUDA_ON_CPU
    return SharedMemory(static_cast<std::byte*>(cuda_on_cpu::shared_memory()));
#else
    extern __shared__ __align__(32) float4 dynamic_shared_memory[];  // aligned for every type, and for tensor cores
    return SharedMemory(reinterpret_cast<std::byte*>(dynamic_shared_memory));
#endif
  }
  /// Nothing but a count.
  static SharedMemory to_measure() { return SharedMemory(nullptr); }

  __host__ __device__ float* take(std::size_t count) {
    std::byte* array = start_ == nullptr ? nullptr : start_ + bytes_;
    bytes_ += count * sizeof(float);
#ifdef SYNTHBENCH_CUDA_ON_CPU
    if (array != nullptr) cuda_on_cpu::announce_gap(start_ + bytes_);
    bytes_ += cuda_on_cpu::kSharedGap;
#endif
    return reinterpret_cast<float*>(array);
  }
  template <typename T>
  __host__ __device__ T* take_as(std::size_t count) {
    return reinterpret_cast<T*>(take((count * sizeof(T) + sizeof(float) - 1) / sizeof(float)));
  }
  std::size_t bytes() const { return bytes_; }

 private:
  __host__ __device__ explicit SharedMemory(std::byte* start) : start_(start) {}

  std::byte* start_;
  std::size_t bytes_ = 0;
};

}  // namespace synthbench::cuda
