#pragma once

#include <ATen/ATen.h>

#include "backends/core/attention.h"

namespace synthbench::aten {

/// A table's part of the logits, (B or 1, H or 1, N or 1, M); may be the caller's own memory, which nobody writes into.
at::Tensor table_logits(const LogitTerm& term);

/// Sum of the scaled terms, before the mask, (B or 1, H or 1, N, M): extents of 1 where every term is shared.
at::Tensor logits(const AttentionCall& call);

/// What becomes of the logits' memory when their softmax is made.
enum class LogitMemory : std::uint8_t {
  kept,         ///< S and P beside each other, as people write it
  overwritten,  ///< masked in place; on a CPU P in the place of S, which is made once more if lse has to look for the largest
};

/// The probabilities: softmax of logits(call) under the mask, (B or 1, H, N, M); rows without a visible key are zero.
/// lse: receives the log-sum-exp of each row, (B or 1, H, N, 1), -inf of rows without a visible key, when it is not null.
at::Tensor probabilities(const AttentionCall& call, at::Tensor* lse = nullptr, LogitMemory after = LogitMemory::kept);

/// Adds the gradient of the logits (B or 1, H, N, M; extent 1: already summed) to every side that wants its own.
void add_term_gradients(const AttentionCall& call, const at::Tensor& grad_logits, const AttentionGrads& grads);

/// Does any side of any term want a gradient?
bool wants_logit_gradient(const AttentionGrads& grads);

}  // namespace synthbench::aten
