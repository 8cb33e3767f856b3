#pragma once

#include <cuda_runtime.h>

#include <cstddef>
#include <exception>
#include <stdexcept>
#include <string>

namespace synthbench::cuda {

/// Throws std::runtime_error with CUDA's own text: what was asked for, then why it failed.
inline void check(cudaError_t error, const char* call) {
  if (error != cudaSuccess) throw std::runtime_error(std::string("[cuda] ") + call + ": " + cudaGetErrorString(error));
}

/// The one way to start a kernel; asynchronous on the caller's stream. Under nvcc this is kernel<<<...>>>(args...), in the tests
/// the shim of tests/cuda_on_cpu runs it on the host.
template <typename... Wanted, typename... Given>
void launch(void (*kernel)(Wanted...), dim3 grid, dim3 block, std::size_t smem_bytes, cudaStream_t stream, const Given&... args) {
  cudaLaunchConfig_t config{};
  config.gridDim = grid;
  config.blockDim = block;
  config.dynamicSmemBytes = smem_bytes;
  config.stream = stream;
  check(cudaLaunchKernelEx(&config, kernel, static_cast<Wanted>(args)...), "launch");
}

/// Device memory for the length of one call, in the order of its stream: nothing derived from data outlives a call.
template <typename T>
class Scratch {
 public:
  Scratch(std::size_t count, cudaStream_t stream) : stream_(stream) {
    void* memory = nullptr;
    check(cudaMallocAsync(&memory, count * sizeof(T), stream), "cudaMallocAsync");
    data_ = static_cast<T*>(memory);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() noexcept(false) {
    const cudaError_t error = cudaFreeAsync(data_, stream_);
    if (std::uncaught_exceptions() == 0) check(error, "cudaFreeAsync");
  }
  T* data() const { return data_; }

 private:
  T* data_ = nullptr;
  cudaStream_t stream_;
};

}  // namespace synthbench::cuda
