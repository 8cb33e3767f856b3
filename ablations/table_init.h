#pragma once

#include <cstdint>
#include <string_view>

#include "ablations/logit_spec.h"

namespace synthbench {

/// How a table of random logits starts, from config.table_init, or from fallback where that is empty.
/// columns: max_len for a full table (H,Nmax,Nmax), rank for a factor (H,Nmax,k).
///   glorot      uniform as the official code draws it: fans guessed from the dimensions [columns, H, Nmax], so nearly
///   zero xavier      uniform with the fans of one head's matrix normal:STD  normal with that standard deviation
/// Throws UserError for another word. Source: facts, section 1.4 (mesh_tensorflow, transformer_layers.py: Synthesizer).
Init table_init(const LayerConfig& config, std::int64_t columns, std::string_view fallback);

}  // namespace synthbench
