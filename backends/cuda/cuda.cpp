// backends/cuda/cuda.cpp
// Attention on a GPU, for speed.
//
// Kernels (kernels.h):
//   tiled   tiles of logits in registers, running softmax; every call
#include "backends/core/attention.h"
#include "backends/cuda/choose.h"
#include "backends/cuda/kernels.h"

namespace synthbench {
namespace {

class CudaBackend final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall& call) const override {
    if (auto reason = cuda::refusal(call)) return {{}, {}, std::move(reason)};
    return {"tiled", "optimised", std::nullopt};
  }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override { cuda::tiled_forward(call, outputs); }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    cuda::tiled_backward(call, outputs, grad_out, grads);
  }
};

const bool registered = backends().add("cuda", [] { return std::unique_ptr<AttentionBackend>(std::make_unique<CudaBackend>()); });

}  // namespace
}  // namespace synthbench
