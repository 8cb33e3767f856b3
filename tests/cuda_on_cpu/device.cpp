// In place of backends/cuda/device.cu: kernels run on host memory.
#include "backends/cuda/kernels.h"

namespace synthbench::cuda {

std::optional<std::string> unreachable(Place place) {
  if (place == Place::host) return std::nullopt;
  return "value is on a GPU; these kernels run on the host";
}

std::unique_ptr<DeviceMemory> device_memory() { return nullptr; }

}  // namespace synthbench::cuda
