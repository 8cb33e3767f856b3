#pragma once

#include <cstdint>

#include "ablations/logit_spec.h"

namespace synthbench {

/// Trainable parameters of what makes the logits: projections of queries and keys, hidden layers, tables, mixing weights.
/// Throws std::overflow_error "[cost] ..." when a count does not fit 63 bits, as all functions here do.
std::int64_t logit_parameters(const Mixture& mixture, const LayerConfig& layer);

/// The same and, unless the variant is a whole layer, w_v (E, H*dh) and w_o (H*dh, E): one whole self-attention layer, without biases on its projections.
/// Source: Tay et al. 2021, table 1 (random tables per head there, per layer here); table 4 comes out exactly.
std::int64_t layer_parameters(const Mixture& mixture, const LayerConfig& layer);

struct Flops {
  std::int64_t forward = 0;
  std::int64_t backward = 0;  ///< gradients alone, without recomputing the forward pass
};

/// Floating-point operations of one `attend`, a multiply-add counted as two and a softmax as 5 per logit, its gradient as 5.
/// shape: B samples, H heads, N queries, M keys, D value width, each >= 1. Causal masks are not discounted,
/// what a window hides is.
/// Logits that the whole batch shares are counted once, not B times. Backward counts gradients of the sides that want one
/// (Problem: all but frozen tables); where none does, only the gradient of the values is left.
/// Throws UserError for a whole layer, as attend_bytes does: it has no logits.
Flops attend_flops(const Mixture& mixture, const CallShape& shape);

/// One layer from x (B,N,E) to y (B,N,E): projections, hidden layers, `attend`, output projection. shape.queries == shape.keys.
Flops layer_flops(const Mixture& mixture, const LayerConfig& layer, const CallShape& shape);

/// Bytes that a forward `attend` must move at least: every stored operand (what is shared, once), values, out and lse.
std::int64_t attend_bytes(const Mixture& mixture, const CallShape& shape, DType dtype);

/// The same of a layer: x, y, its parameters (used slices), and what attend moves.
std::int64_t layer_bytes(const Mixture& mixture, const LayerConfig& layer, const CallShape& shape, DType dtype);

/// Bytes that forward and backward must move at least, each by itself.
struct Bytes {
  std::int64_t forward = 0;   ///< attend_bytes, layer_bytes
  std::int64_t backward = 0;  ///< what forward moves, grad_out, and the gradients of values and of the sides that want one
};
Bytes attend_traffic(const Mixture& mixture, const CallShape& shape, DType dtype);
/// Backward of a layer also reads grad_y, and writes the gradients of x and of its weights; 0 for a whole layer, whose own
/// intermediates are not known one by one.
Bytes layer_traffic(const Mixture& mixture, const LayerConfig& layer, const CallShape& shape, DType dtype);

}  // namespace synthbench
