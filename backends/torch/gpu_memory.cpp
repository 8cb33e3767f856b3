#include "backends/torch/gpu_memory.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <map>

namespace synthbench::aten {
namespace {

const at::Device kGpu(at::kCUDA, 0);

at::Tensor bytes_at(const void* memory, std::size_t bytes, const at::Device& device) {
  return at::from_blob(const_cast<void*>(memory), {static_cast<std::int64_t>(bytes)}, at::dtype(at::kByte).device(device));
}

class AtenMemory final : public DeviceMemory {
 public:
  void* allocate(std::size_t bytes) override {
    at::Tensor memory = at::empty({static_cast<std::int64_t>(bytes)}, at::dtype(at::kByte).device(kGpu));
    void* data = memory.data_ptr();
    held_.emplace(data, std::move(memory));
    return data;
  }
  void release(void* device) noexcept override { held_.erase(device); }
  void upload(void* device, const void* host, std::size_t bytes) override {
    bytes_at(device, bytes, kGpu).copy_(bytes_at(host, bytes, at::kCPU));
  }
  void download(void* host, const void* device, std::size_t bytes) override {
    bytes_at(host, bytes, at::kCPU).copy_(bytes_at(device, bytes, kGpu));
  }
  void synchronize() override { c10::impl::VirtualGuardImpl(at::kCUDA).synchronizeDevice(kGpu.index()); }

 private:
  std::map<void*, at::Tensor> held_;
};

}  // namespace

bool reaches_gpu() { return at::hasCUDA(); }

std::unique_ptr<DeviceMemory> gpu_memory() { return reaches_gpu() ? std::make_unique<AtenMemory>() : nullptr; }

}  // namespace synthbench::aten
