// backends/cuda/cuda_naive.cpp
// The definition on a GPU, a row at a time: kept as documentation and as a check of the kernels of `cuda`.
#include "backends/core/attention.h"
#include "backends/cuda/choose.h"
#include "backends/cuda/kernels.h"

namespace synthbench {
namespace {

class CudaNaiveBackend final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall& call) const override {
    if (auto reason = cuda::refusal(call)) return {{}, {}, std::move(reason)};
    return {"rows", "reference", std::nullopt};
  }
  std::unique_ptr<DeviceMemory> device_memory() const override { return cuda::device_memory(); }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override { cuda::naive_forward(call, outputs); }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    cuda::naive_backward(call, outputs, grad_out, grads);
  }
};

const bool registered =
    backends().add("cuda_naive", [] { return std::unique_ptr<AttentionBackend>(std::make_unique<CudaNaiveBackend>()); });

}  // namespace
}  // namespace synthbench
