#pragma once

#include <cstdint>
#include <string_view>

#include "ablations/logit_spec.h"

namespace synthbench {

/// Uniform as the official code draws tables and factors of random logits: fans guessed from the dimensions
/// [columns, H, Nmax], so nearly zero. columns: max_len for a table (H,Nmax,Nmax), rank for a factor (H,Nmax,k).
/// Source: mesh_tensorflow, transformer_layers.py, class Synthesizer.
Init official_init(const LayerConfig& config, std::int64_t columns);

/// Uniform with variance 2 / (fan_in + fan_out) (Glorot and Bengio 2010).
Init xavier_init(std::int64_t fan_in, std::int64_t fan_out);

/// How a table of random logits (H,Nmax,Nmax) starts, from config.table_init, or from fallback where that is empty.
///   glorot      official_init
///   xavier      uniform with the fans of one head's matrix
///   normal:STD  normal with that standard deviation
/// Throws UserError for another word.
Init table_init(const LayerConfig& config, std::string_view fallback);

}  // namespace synthbench
