#pragma once

#include <cstdint>
#include <functional>

#include "backends/core/attention.h"

namespace synthbench {

/// What one forward pass of a layer computes and moves. Its backward computes the products twice more, the rest once.
struct LayerWork {
  std::int64_t products = 0;   ///< operations of matrix products and convolutions, a multiply-add counted as two
  std::int64_t pointwise = 0;  ///< softmax and gates (5 per number), activations and biases (1); norms are left out
  std::int64_t elements = 0;   ///< numbers that move at least, beside x and y: weights, and what lies between the parts
};

/// A layer from x (B,N,E) to y (B,N,E) that is no sum of attention terms. harness/trunk holds what runs, as a LibTorch module;
/// this is what counts it and says what it cannot do.
struct WholeLayer {
  std::function<LayerWork(const CallShape&)> work;
  bool causal_form = true;    ///< later positions can be kept from earlier ones
  bool padding = true;        ///< padded positions can be kept from real ones
  bool attends = false;       ///< makes an attention call of its own, which any backend may compute
  bool own_residual = false;  ///< y holds x, and a norm of its own comes first: a block adds neither
};

}  // namespace synthbench
