#pragma once

#include <torch/torch.h>

#include <map>
#include <string>
#include <vector>

#include "ablations/logit_spec.h"
#include "harness/trunk/attend.h"
#include "harness/trunk/initialise.h"

namespace synthbench {

/// Self-attention over any mixture: x (B,N,E) -> y (B,N,E), y = concat_h(softmax(S + mask) v) w_o.
///
/// Parameters, by the names under which they are stored (weights multiply from the right, as in y = x w):
///   w_q, w_k   (E, H*dh)  only where a term reads them          w_v  (E, H*dh)        w_o  (H*dh, E)
///   <variant>.<name>      what the variant's description lists ("dense.w1", "random.r"); a fixed one is a buffer
///   alpha                 (1) for sigmoid mixing, (H, summands) for softmax, summands in alphabetical order; zeros at the start
/// w_* start as Xavier uniform, the others as their description says.
class SelfAttentionImpl : public torch::nn::Module {
 public:
  /// path: the module's name in the model ("blocks.0.attention."), which its starting values depend on; may be empty.
  SelfAttentionImpl(Mixture mixture, const LayerConfig& config, const Initialiser& initialiser, const std::string& path = "");

  /// Throws UserError when x is longer than max_len.
  torch::Tensor forward(const torch::Tensor& x, AttentionBackend& backend, const AttendOptions& options);

  /// The kernel that forward would run for such an input.
  AttentionBackend::Choice choose(const torch::Tensor& x, const AttentionBackend& backend, const AttendOptions& options);

 private:
  /// What the summands read of the input, each computed once.
  struct Inputs {
    torch::Tensor x, query, key, value;
    std::map<std::string, torch::Tensor> hidden;  ///< of each summand that has one, (B,H,N,width)
  };
  Inputs project(const torch::Tensor& x) const;
  torch::Tensor hidden_layer(const Mixture::Summand& summand, const torch::Tensor& x) const;
  torch::Tensor side(const Mixture::Summand& summand, const TermSpec& term, const Side& side, bool rows_are_keys,
                     const Inputs& inputs) const;
  std::vector<TermTensors> terms_of(const Inputs& inputs) const;
  AttendOptions banded(AttendOptions options) const;  ///< with the mixture's window
  /// Weight of each summand, broadcastable to (1,H,1,1); undefined tensors: none.
  std::vector<torch::Tensor> mixing_weights() const;
  const torch::Tensor& weight(const std::string& variant, const std::string& name) const { return weights_.at(variant + "." + name); }
  torch::Tensor in_heads(const torch::Tensor& t) const;

  Mixture mixture_;
  LayerConfig config_;
  torch::Tensor w_q_, w_k_, w_v_, w_o_, alpha_;
  std::map<std::string, torch::Tensor> weights_;  ///< by "<variant>.<name>", the same tensors that are registered
};
TORCH_MODULE(SelfAttention);

}  // namespace synthbench
