#pragma once

#include <torch/torch.h>

#include <functional>
#include <memory>
#include <string>

#include "ablations/logit_spec.h"
#include "harness/base/registry.h"
#include "harness/trunk/attend.h"
#include "harness/trunk/initialise.h"

namespace synthbench {

/// What stands where a model's blocks have self-attention: x (B,N,E) -> y (B,N,E).
class Layer : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const torch::Tensor& x, AttentionBackend& backend, const AttendOptions& options) = 0;
  /// The kernel that forward would run for such an input, or why none can.
  virtual AttentionBackend::Choice choose(const torch::Tensor& x, const AttentionBackend& backend, const AttendOptions& options) = 0;
  /// y holds x, and a norm of its own comes first: a block adds neither.
  virtual bool has_own_residual() const { return false; }
};

/// What a layer is made from.
struct LayerPlan {
  std::string variant;
  LayerConfig config;
  Initialiser initialiser;
  std::string path{};  ///< the module's name in the model ("blocks.0.attention."), which its starting values depend on; may be empty
};

/// Layers that are no sum of attention terms, by the name of their variant; each lives in a file of its own.
Registry<std::function<std::shared_ptr<Layer>(const LayerPlan&)>>& whole_layers();

/// The layer of any variant: one of whole_layers, or SelfAttention.
std::shared_ptr<Layer> make_layer(const LayerPlan& plan);

}  // namespace synthbench
