#pragma once

#include "ablations/logit_spec.h"

namespace synthbench {

/// The hidden layer of dense and factorized_dense, with its parameters put into spec: w1 (by LayerConfig::w1, its inputs times
/// taps, tap by tap), b1; of a gate v1 and c1, the same sizes; of a bottleneck w_down (E,16), b_down, w_up (16,E), b_up.
/// form: everything but w1, width and bias, which follow from config.
/// Throws UserError when w1 = slice does not divide d_model among the heads.
void add_hidden_layer(LogitSpec& spec, const LayerConfig& config, Hidden form = {});

/// Columns of the hidden layer per head: head_dim, or d_model where w1 is full.
std::int64_t hidden_width(const LayerConfig& config);

/// Start of a layer with so many inputs: normal with standard deviation fan_in^-1/2 (as `pi` of the official code).
Init normal_by_fan(std::int64_t fan_in);

}  // namespace synthbench
