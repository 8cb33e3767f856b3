// The backends `torch` and `torch_eager`: ATen compositions behind the attention seam. They differ in what they choose among.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "backends/torch/choose.h"
#include "backends/torch/compositions.h"

namespace synthbench {
namespace {

const aten::Composition& composition(aten::Kernel kernel) {
  switch (kernel) {
    case aten::Kernel::folded: return aten::kFolded;
    case aten::Kernel::sdpa:
    case aten::Kernel::sdpa_bias: return aten::kSdpa;
    case aten::Kernel::none:
    case aten::Kernel::eager: break;
  }
  return aten::kEager;
}

void use_threads(int threads) {
  if (at::get_num_threads() != threads) at::set_num_threads(threads);
}

class TorchBackend final : public AttentionBackend {
 public:
  TorchBackend(aten::Pick (*pick)(const AttentionCall&), std::string label) : pick_(pick), label_(std::move(label)) {}

  Choice choose(const AttentionCall& call) const override {
    const aten::Pick picked = pick_(call);
    if (picked.kernel == aten::Kernel::none) return {{}, {}, picked.reason};
    return {std::string(aten::name(picked.kernel)), label_, {}};
  }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    const c10::InferenceMode no_graph;
    use_threads(call.threads);
    composition(pick_(call).kernel).forward(call, outputs);
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    const c10::InferenceMode no_graph;
    use_threads(call.threads);
    composition(pick_(call).kernel).backward(call, outputs, grad_out, grads);
  }

  aten::Pick (*pick_)(const AttentionCall&);
  std::string label_;
};

const bool torch_registered = backends().add("torch", [] { return std::make_unique<TorchBackend>(aten::pick_fastest, "optimised"); });
const bool torch_eager_registered =
    backends().add("torch_eager", [] { return std::make_unique<TorchBackend>(aten::pick_eager, "reference"); });

}  // namespace
}  // namespace synthbench
