#pragma once

#include "ablations/logit_spec.h"

namespace synthbench {

/// What lightconv and dynconv share (Wu et al. 2019, "Pay Less Attention with Lightweight and Dynamic Convolutions"):
///   z = x w_in + b_in,  u = z[:E] * sigmoid(z[E:]), zero beyond the sample's length
///   c[i,ch] = sum_t kernel[g(ch),t] u[i + t - pad, ch],  g(ch) = floor(ch H / E),  pad = (K-1)/2, or K-1 when causal
///   y = c w_out + b_out
/// The kernel is a softmax over its K positions; heads are the groups of channels that share one.
inline constexpr std::int64_t kConvolutionWidth = 9;  ///< K: Narang et al. 2021, appendix B, as in table 4

/// Parameters and work of the shared part. generated: the kernels are made of each position's input by w_gen.
/// Throws UserError when there are more heads than channels.
LogitSpec gated_convolution(const LayerConfig& config, bool generated);

}  // namespace synthbench
