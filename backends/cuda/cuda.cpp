// backends/cuda/cuda.cpp
// Attention on a GPU, for speed.
//
// Kernels (kernels.h):
//   tiled    tiles of logits in shared memory, running softmax; any call
//   folded   one table of probabilities per head, the batch as columns of one product; calls whose logits the batch shares
#include "backends/core/attention.h"
#include "backends/cuda/choose.h"
#include "backends/cuda/kernels.h"

namespace synthbench {
namespace {

enum class Kernel : std::uint8_t { none, tiled, folded };

struct Pick {
  Kernel kernel = Kernel::none;
  std::string name;    ///< of the kernel
  std::string reason;  ///< why there is none
};

/// The one place that decides: the name shown, the refusal and the launch all read it.
Pick pick(const AttentionCall& call) {
  if (auto reason = cuda::refusal(call)) return {Kernel::none, {}, std::move(*reason)};
  if (cuda::foldable(call)) return {Kernel::folded, "folded", {}};
  return {Kernel::tiled, "tiled", {}};
}

class CudaBackend final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall& call) const override {
    const Pick picked = pick(call);
    if (picked.kernel == Kernel::none) return {{}, {}, picked.reason};
    return {picked.name, "optimised", std::nullopt};
  }
  std::unique_ptr<DeviceMemory> device_memory() const override { return cuda::device_memory(); }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    switch (pick(call).kernel) {
      case Kernel::none: return;  // refused before
      case Kernel::tiled: return cuda::tiled_forward(call, outputs);
      case Kernel::folded: return cuda::folded_forward(call, outputs);
    }
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    switch (pick(call).kernel) {
      case Kernel::none: return;
      case Kernel::tiled: return cuda::tiled_backward(call, outputs, grad_out, grads);
      case Kernel::folded: return cuda::folded_backward(call, grad_out, grads);
    }
  }
};

const bool registered = backends().add("cuda", [] { return std::unique_ptr<AttentionBackend>(std::make_unique<CudaBackend>()); });

}  // namespace
}  // namespace synthbench
