// LightConv: kernels are weights, the same at every position.
#include "harness/trunk/gated_convolution.h"

namespace synthbench {
namespace {

class LightConv final : public GatedConvolution {
 public:
  using GatedConvolution::GatedConvolution;

 private:
  torch::Tensor kernel_logits(const torch::Tensor&) const override { return weight("w_conv").unsqueeze(0).unsqueeze(0); }
};

const bool registered = whole_layers().add("lightconv", [](const LayerPlan& plan) { return std::make_shared<LightConv>(plan); });

}  // namespace
}  // namespace synthbench
