#pragma once

#include <map>
#include <string>

#include "harness/trunk/layer.h"

namespace synthbench {

/// A layer that is no sum of attention terms. Its parameters are those of its description (ablations/variants), by the same
/// names and with the same start; what the description says it cannot do is refused here. A variant adds run().
class WholeLayerModule : public Layer {
 public:
  explicit WholeLayerModule(const LayerPlan& plan);

  /// Throws UserError when x is longer than max_len or options ask for what choose refuses.
  torch::Tensor forward(const torch::Tensor& x, AttentionBackend& backend, const AttendOptions& options) final;
  AttentionBackend::Choice choose(const torch::Tensor& x, const AttentionBackend& backend, const AttendOptions& options) final;
  torch::Tensor extend(const torch::Tensor& x, DecodeCache& cache, AttentionBackend& backend, const AttendOptions& options) final;
  bool has_own_residual() const final { return whole_.own_residual; }

 protected:
  virtual torch::Tensor run(const torch::Tensor& x, AttentionBackend& backend, const AttendOptions& options) const = 0;
  /// The kernel, where an attention call is made; by default one name for all that is made of modules.
  virtual AttentionBackend::Choice kernel(const torch::Tensor& x, const AttentionBackend& backend, const AttendOptions& options) const;

  /// Earlier positions that a position reads, where there is a causal form.
  virtual std::int64_t reach() const { return 0; }

  const LayerConfig& config() const { return config_; }
  const torch::Tensor& weight(const std::string& name) const { return weights_.at(name); }
  /// t + the named bias, broadcast from the right; t where the layer has none.
  torch::Tensor with_bias(const torch::Tensor& t, const std::string& name) const;

 private:
  std::optional<std::string> refused(const AttendOptions& options) const;

  std::string variant_;
  LayerConfig config_;
  WholeLayer whole_;
  bool has_length_ = false;  ///< some parameter reaches to max_len
  std::map<std::string, torch::Tensor> weights_;
};

}  // namespace synthbench
