#pragma once

#include <ATen/ATen.h>

#include <list>
#include <vector>

#include "backends/core/attention.h"

namespace synthbench::aten {

/// A bf16 or f16 call with its operands in f32: kept narrow, computed with wide. What is shared stays shared, so no operand
/// grows but by its elements' width.
class WideCall {
 public:
  explicit WideCall(const AttentionCall& narrow);
  WideCall(const WideCall&) = delete;  // the call points into it
  WideCall& operator=(const WideCall&) = delete;

  const AttentionCall& call() const { return call_; }
  /// A copy of anything of the call in f32.
  ConstView widened(const ConstView& narrow);

 private:
  std::list<at::Tensor> memory_;  // before the call: its views point into it
  std::vector<LogitTerm> terms_;
  AttentionCall call_;
};

/// Outputs in f32 beside narrow ones; lse is f32 in both.
class WideOutputs {
 public:
  explicit WideOutputs(const AttentionOutputs& narrow);

  const AttentionOutputs& outputs() const { return wide_; }
  /// Rounds out into the narrow view.
  void round() const;

 private:
  AttentionOutputs narrow_, wide_;
  at::Tensor out_;
};

/// Gradients in f32 beside those that are wanted narrow.
class WideGrads {
 public:
  explicit WideGrads(const AttentionGrads& narrow);

  AttentionGrads grads() const { return {terms_, value_}; }
  /// Adds each sum to its narrow view, rounding once.
  void add() const;

 private:
  View widened(const View& narrow);

  std::vector<std::pair<View, at::Tensor>> sums_;
  std::vector<AttentionGrads::Term> terms_;
  View value_;
};

}  // namespace synthbench::aten
