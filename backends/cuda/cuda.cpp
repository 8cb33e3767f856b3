// backends/cuda/cuda.cpp
// Attention on a GPU, for speed.
//
// Kernels (kernels.h):
//   tiled    tiles of logits in shared memory, running softmax; any call
//   wmma     the same with tensor cores; bf16 and f16 calls of inner products alone
//   folded   one table per head for the batch, its samples as columns of one product; calls whose logits the batch shares
#include "backends/core/pick.h"
#include "backends/cuda/choose.h"
#include "backends/cuda/kernels.h"

namespace synthbench {
namespace {

enum class Kernel : std::uint8_t { none, tiled, wmma, folded };

/// The one place that decides.
Pick<Kernel> pick(const AttentionCall& call) {
  if (auto reason = cuda::refusal(call)) return {Kernel::none, {}, std::move(*reason)};
  if (cuda::fits_tensor_cores(call)) return {Kernel::wmma, "wmma", {}};
  if (cuda::foldable(call)) return {Kernel::folded, "folded", {}};
  return {Kernel::tiled, "tiled", {}};
}

class CudaBackend final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall& call) const override { return pick(call).choice("optimised"); }
  std::unique_ptr<DeviceMemory> device_memory() const override { return cuda::device_memory(); }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    switch (pick(call).kernel) {
      case Kernel::none: return;  // refused before
      case Kernel::tiled: return cuda::tiled_forward(call, outputs);
      case Kernel::wmma: return cuda::wmma_forward(call, outputs);
      case Kernel::folded: return cuda::folded_forward(call, outputs);
    }
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    switch (pick(call).kernel) {
      case Kernel::none: return;
      case Kernel::tiled: return cuda::tiled_backward(call, outputs, grad_out, grads);
      case Kernel::wmma: return cuda::wmma_backward(call, outputs, grad_out, grads);
      case Kernel::folded: return cuda::folded_backward(call, grad_out, grads);
    }
  }
};

const bool registered = backends().add("cuda", [] { return std::unique_ptr<AttentionBackend>(std::make_unique<CudaBackend>()); });

}  // namespace
}  // namespace synthbench
