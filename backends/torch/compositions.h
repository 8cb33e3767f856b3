#pragma once

#include "backends/core/attention.h"

namespace synthbench::aten {

/// One way of writing attention in ATen calls. Each pair obeys AttentionBackend's contract for the calls that
/// choose.cpp gives it; backward recomputes what it needs from the inputs.
struct Composition {
  void (*forward)(const AttentionCall&, const AttentionOutputs&);
  void (*backward)(const AttentionCall&, const AttentionOutputs&, const ConstView& grad_out, const AttentionGrads&);
};

/// Logits and probabilities as (B,H,N,M) tensors: the composition people write. Runs every call.
extern const Composition kEager;

/// The same in blocks of rows, which of causal calls meet no more keys than they see, and with P in the place of S. Without dropout.
extern const Composition kEagerByRows;

/// One softmax per head for logits that the batch shares; the batch becomes columns of the values.
extern const Composition kFolded;

/// The same, but without key lengths P meets the values (and, where it alone is wanted, the gradient) of one sample after the other.
extern const Composition kFoldedBySample;

/// The same, one head after the other.
extern const Composition kFoldedByHead;

/// ATen's fused kernel: inner terms and row-shared tables as one longer product, other tables as its additive mask.
extern const Composition kSdpa;

}  // namespace synthbench::aten
