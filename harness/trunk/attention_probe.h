#pragma once

#include <vector>

#include "backends/core/attention.h"
#include "results/attention_record.h"

namespace synthbench {

/// A backend that lets another one compute, and notes what attention was: for the first sample of each forward call a record, in the
/// order of the calls, which is that of a model's layers. Logits and weights are computed once more, in double, from the call's terms;
/// calls on a GPU and in half precision leave no record.
class AttentionProbe final : public AttentionBackend {
 public:
  explicit AttentionProbe(AttentionBackend& below) : below_(below) {}

  Choice choose(const AttentionCall& call) const override { return below_.choose(call); }
  std::unique_ptr<DeviceMemory> device_memory() const override { return below_.device_memory(); }
  const std::vector<LayerRecord>& seen() const { return seen_; }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override;
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    below_.backward(call, outputs, grad_out, grads);
  }

  AttentionBackend& below_;
  std::vector<LayerRecord> seen_;
};

}  // namespace synthbench
