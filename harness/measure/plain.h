#pragma once

#include <memory>

#include "backends/core/attention.h"

namespace synthbench {

/// Attention as people write it first: every logit of a head in memory, each step rounded to the call's dtype (f32 or f64).
/// Never timed: twice its error against float64 is what a kernel may be off by (backends/core/accuracy.h).
std::unique_ptr<AttentionBackend> plain_composition();

/// The largest |logit| of a call, masked ones too: an f32 lse near it is rounded to 2^-24 of it.
double largest_logit(const AttentionCall& call);

}  // namespace synthbench
