// The one GPU that CUDA shows first: which tensors kernels can reach, and how they come there.
#include <cuda_runtime.h>

#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.cuh"

namespace synthbench::cuda {
namespace {

__global__ void nothing() {}

/// Scratch memory goes back to its pool, not to the system: mapping it anew would be part of every call.
void keep_scratch() {
  cudaMemPool_t pool{};
  std::uint64_t all = UINT64_MAX;
  check(cudaDeviceGetDefaultMemPool(&pool, 0), "cudaDeviceGetDefaultMemPool");
  check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &all), "cudaMemPoolSetAttribute");
}

/// Asked once: a GPU does not come while a program runs.
std::optional<std::string> no_gpu() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) return std::string("there is no GPU to run on: ") + cudaGetErrorString(error);
  if (count == 0) return "there is no GPU to run on";
  cudaFuncAttributes attributes{};
  const cudaError_t loads = cudaFuncGetAttributes(&attributes, nothing);
  if (loads != cudaSuccess) return std::string("this build has no kernels for the GPU that is here: ") + cudaGetErrorString(loads);
  keep_scratch();
  return std::nullopt;
}

class GpuMemory final : public DeviceMemory {
 public:
  void* allocate(std::size_t bytes) override {
    void* memory = nullptr;
    check(cudaMalloc(&memory, bytes), "cudaMalloc");
    return memory;
  }
  void release(void* device) noexcept override { cudaFree(device); }
  void upload(void* device, const void* host, std::size_t bytes) override {
    check(cudaMemcpy(device, host, bytes, cudaMemcpyHostToDevice), "cudaMemcpy to the GPU");
  }
  void download(void* host, const void* device, std::size_t bytes) override {
    check(cudaMemcpy(host, device, bytes, cudaMemcpyDeviceToHost), "cudaMemcpy to the host");
  }
  void synchronize() override { check(cudaDeviceSynchronize(), "cudaDeviceSynchronize"); }
};

}  // namespace

std::unique_ptr<DeviceMemory> device_memory() { return std::make_unique<GpuMemory>(); }

std::optional<std::string> unreachable(Place place) {
  static const std::optional<std::string> reason = no_gpu();
  if (reason) return reason;
  if (place == Place::host) return "value is on the host; CUDA kernels compute on the GPU";
  return std::nullopt;
}

}  // namespace synthbench::cuda
