#pragma once

#include "ablations/logit_spec.h"

namespace synthbench {

/// relu(x w1 + b1), the hidden layer of dense and factorized_dense, with its parameters put into spec.
/// Throws UserError when w1 = slice does not divide d_model among the heads.
void add_hidden_layer(LogitSpec& spec, const LayerConfig& config);

/// Columns of the hidden layer per head: head_dim, or d_model where w1 is full.
std::int64_t hidden_width(const LayerConfig& config);

/// Start of a layer with so many inputs: normal with standard deviation fan_in^-1/2 (as `pi` of the official code).
Init normal_by_fan(std::int64_t fan_in);

}  // namespace synthbench
