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

/// What a layer keeps of the positions that it has decoded. Nothing is kept that no term reads: a synthetic variant has values
/// alone, half of what vanilla keeps, and a convolution a few rows.
struct DecodeCache {
  std::int64_t length = 0;   ///< positions so far
  torch::Tensor key, value;  ///< (B,H,length,dh)
  torch::Tensor tail;        ///< (B,n,E): the last inputs, as many as convolutions reach back
};

/// What stands where a model's blocks have self-attention: x (B,N,E) -> y (B,N,E).
class Layer : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(const torch::Tensor& x, AttentionBackend& backend, const AttendOptions& options) = 0;
  /// The kernel that forward would run for such an input, or why none can.
  virtual AttentionBackend::Choice choose(const torch::Tensor& x, const AttentionBackend& backend, const AttendOptions& options) = 0;
  /// The next rows of a causal forward: x (B,n,E) follows what the cache has seen, and is then part of it. options: threads alone.
  /// Throws UserError beyond max_len, for key lengths, and where there is no causal form.
  virtual torch::Tensor extend(const torch::Tensor& x, DecodeCache& cache, AttentionBackend& backend, const AttendOptions& options) = 0;
  /// y holds x, and a norm of its own comes first: a block adds neither.
  virtual bool has_own_residual() const { return false; }
};

/// The cache's tail and x behind it, (B,tail+n,E).
torch::Tensor with_tail(const DecodeCache& cache, const torch::Tensor& x);
/// x is decoded: so many of the last inputs stay.
void remember(DecodeCache& cache, const torch::Tensor& x, std::int64_t reach);

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
