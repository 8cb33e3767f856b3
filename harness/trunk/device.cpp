#include "harness/trunk/device.h"

#include <c10/core/impl/VirtualGuardImpl.h>

#include "harness/job.h"

namespace synthbench {

torch::Device device_of(const Config& config) {
  const std::string& word = config.text("device");
  if (word == "cpu") return torch::kCPU;
  if (!at::hasCUDA()) throw Unsupported("device " + word + ": LibTorch reaches no GPU here (none, or it is linked without CUDA)");
  return {torch::kCUDA, 0};  // the worker shows CUDA the cell's GPU alone
}

void synchronize(const torch::Device& device) {
  if (device.is_cuda()) c10::impl::VirtualGuardImpl(device.type()).synchronizeDevice(device.index());
}

void* current_stream(const torch::Device& device) {
  return device.is_cuda() ? c10::impl::VirtualGuardImpl(device.type()).getStream(device).native_handle() : nullptr;
}

}  // namespace synthbench
