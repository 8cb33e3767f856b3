// DynamicConv: each position makes its kernels of its own gated input.
#include "harness/trunk/gated_convolution.h"

namespace synthbench {
namespace {

class DynConv final : public GatedConvolution {
 public:
  using GatedConvolution::GatedConvolution;

 private:
  torch::Tensor kernel_logits(const torch::Tensor& u) const override {
    const torch::Tensor& generator = weight("w_gen");  // (E, H*K)
    return torch::matmul(u, generator).unflatten(2, {config().heads, generator.size(1) / config().heads});
  }
};

const bool registered = whole_layers().add("dynconv", [](const LayerPlan& plan) { return std::make_shared<DynConv>(plan); });

}  // namespace
}  // namespace synthbench
