#pragma once

#include <cstdint>

#include "ablations/cost.h"
#include "ablations/model_shape.h"

namespace synthbench {

/// Trainable parameters of the whole model. Tay et al. 2021, table 4 comes out to the printed rounding.
/// All functions here throw std::overflow_error "[cost] ..." when a count does not fit 63 bits.
std::int64_t model_parameters(const ModelShape& model);

/// Of these, the self-attention layers with their projections.
std::int64_t self_attention_parameters(const ModelShape& model);

/// Operations for `batch` samples of model.length source and as many target positions: self- and cross-attention with their
/// projections, feed-forward layers, relative biases, the output projection. Norms, residuals and look-ups are left out:
/// they grow with neither the length nor the widths of the products.
Flops model_flops(const ModelShape& model, std::int64_t batch);

/// Bytes that a forward pass must move at least: token ids, parameters, what enters and leaves every sublayer, the hidden
/// activations of feed-forward layers, the operands of attention, and the model's result.
std::int64_t model_bytes(const ModelShape& model, std::int64_t batch, DType dtype);

}  // namespace synthbench
