// Which tensors kernels can reach: those of the one GPU that CUDA shows first.
#include <cuda_runtime.h>

#include "backends/cuda/kernels.h"

namespace synthbench::cuda {
namespace {

/// Asked once: a GPU does not come while a program runs.
std::optional<std::string> no_gpu() {
  int count = 0;
  const cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) return std::string("there is no GPU to run on: ") + cudaGetErrorString(error);
  if (count == 0) return "there is no GPU to run on";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> unreachable(Place place) {
  static const std::optional<std::string> reason = no_gpu();
  if (reason) return reason;
  if (place == Place::host) return "value is on the host; CUDA kernels compute on the GPU";
  return std::nullopt;
}

}  // namespace synthbench::cuda
