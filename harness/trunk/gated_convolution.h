#pragma once

#include "harness/trunk/whole_layer_module.h"

namespace synthbench {

/// The layer that lightconv and dynconv share (ablations/variants/gated_convolution.h); they differ in where kernels come from.
/// options.dropout drops kernel entries (DropConnect of Wu et al. 2019), drawn from LibTorch's generator.
class GatedConvolution : public WholeLayerModule {
 public:
  using WholeLayerModule::WholeLayerModule;

 protected:
  /// Before the softmax over their positions: (B or 1, N or 1, H, K). u: (B,N,E), zero where padded.
  virtual torch::Tensor kernel_logits(const torch::Tensor& u) const = 0;
  torch::Tensor run(const torch::Tensor& x, AttentionBackend& backend, const AttendOptions& options) const final;
  std::int64_t reach() const final;

 private:
  torch::Tensor convolved(const torch::Tensor& u, torch::Tensor kernel, bool causal) const;
};

}  // namespace synthbench
