// The backends `torch` and `torch_eager`: ATen compositions behind the attention seam. They differ in what they choose among.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "backends/core/half.h"
#include "backends/torch/choose.h"
#include "backends/torch/compositions.h"
#include "backends/torch/gpu_memory.h"
#include "backends/torch/process.h"
#include "backends/torch/wide_call.h"

namespace synthbench {
namespace {

const aten::Composition& composition(aten::Kernel kernel) {
  switch (kernel) {
    case aten::Kernel::folded: return aten::kFolded;
    case aten::Kernel::folded_by_sample: return aten::kFoldedBySample;
    case aten::Kernel::folded_by_head: return aten::kFoldedByHead;
    case aten::Kernel::sdpa:
    case aten::Kernel::sdpa_bias: return aten::kSdpa;
    case aten::Kernel::eager_by_rows: return aten::kEagerByRows;
    case aten::Kernel::none:
    case aten::Kernel::eager: break;
  }
  return aten::kEager;
}

/// bf16 and f16 are computed in f32 and rounded once, lse never; only a GPU's fused kernel takes them as they are, with sums in f32.
bool computed_wide(const AttentionCall& call, aten::Kernel kernel) {
  const bool fused = kernel == aten::Kernel::sdpa || kernel == aten::Kernel::sdpa_bias;
  return is_half(call.value.dtype) && !(fused && call.value.place == Place::cuda);
}

void use_threads(int threads) {
  static const bool sums_in_f32 = [] {  // of half-precision products on a GPU, split or not
    at::globalContext().setAllowFP16ReductionCuBLAS(false);
    at::globalContext().setAllowBF16ReductionCuBLAS(false);
    return true;
  }();
  (void)sums_in_f32;
  aten::prepare_process();
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
  std::unique_ptr<DeviceMemory> device_memory() const override { return aten::gpu_memory(); }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    const c10::InferenceMode no_graph;
    use_threads(call.threads);
    const aten::Kernel kernel = pick_(call).kernel;
    const aten::Composition& chosen = composition(kernel);
    if (!computed_wide(call, kernel)) return chosen.forward(call, outputs);
    const aten::WideCall wide(call);
    const aten::WideOutputs wide_outputs(outputs);
    chosen.forward(wide.call(), wide_outputs.outputs());
    wide_outputs.round();
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    const c10::InferenceMode no_graph;
    use_threads(call.threads);
    const aten::Kernel kernel = pick_(call).kernel;
    const aten::Composition& chosen = composition(kernel);
    if (!computed_wide(call, kernel)) return chosen.backward(call, outputs, grad_out, grads);
    aten::WideCall wide(call);
    AttentionOutputs wide_outputs = outputs;
    const ConstView out = wide.widened(outputs.out);
    static_cast<Layout&>(wide_outputs.out) = out;
    wide_outputs.out.data = const_cast<void*>(out.data);  // backward reads it
    const aten::WideGrads wide_grads(grads);
    chosen.backward(wide.call(), wide_outputs, wide.widened(grad_out), wide_grads.grads());
    wide_grads.add();
  }

  aten::Pick (*pick_)(const AttentionCall&);
  std::string label_;
};

const bool torch_registered = backends().add("torch", [] { return std::make_unique<TorchBackend>(aten::pick_fastest, "optimised"); });
const bool torch_eager_registered =
    backends().add("torch_eager", [] { return std::make_unique<TorchBackend>(aten::pick_eager, "reference"); });

}  // namespace
}  // namespace synthbench
