// Token mixing of MLP-Mixer: y = x + w2 gelu(w1 LayerNorm(x) + b1) + b2, products along the length.
#include "harness/trunk/whole_layer_module.h"

namespace synthbench {
namespace {

using torch::Tensor;

constexpr double kNormEpsilon = 1e-5;

class MlpMixer final : public WholeLayerModule {
 public:
  using WholeLayerModule::WholeLayerModule;

 private:
  Tensor run(const Tensor& x, AttentionBackend&, const AttendOptions&) const override {
    const std::int64_t length = x.size(1);
    const Tensor normed = torch::layer_norm(x, {x.size(2)}, weight("ln_weight"), weight("ln_bias"), kNormEpsilon);
    Tensor hidden = torch::matmul(weight("w1").narrow(1, 0, length), normed);  // (S,N) (B,N,E) -> (B,S,E)
    if (config().dense_bias) hidden = hidden + weight("b1").unsqueeze(1);
    Tensor mixed = torch::matmul(weight("w2").narrow(0, 0, length), torch::gelu(hidden));
    if (config().dense_bias) mixed = mixed + weight("b2").narrow(0, 0, length).unsqueeze(1);
    return x + mixed;
  }
};

const bool registered = whole_layers().add("mlp_mixer", [](const LayerPlan& plan) { return std::make_shared<MlpMixer>(plan); });

}  // namespace
}  // namespace synthbench
