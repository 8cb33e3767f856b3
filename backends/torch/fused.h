#pragma once

#include <ATen/ATen.h>

#include <optional>

namespace synthbench::aten {

/// softmax(scale query key' + mask) value, and the log-sum-exp of each row, f32 or wider.
struct Fused {
  at::Tensor out, lse;  ///< (B,H,N,W) (B,H,N)
};

/// Operands of ATen's fused kernels: query (B,H,N,W), key and value (B,H,M,W), last dimension contiguous; mask (B,H,N,M) additive,
/// with extent 1 along what it shares.
struct FusedOperands {
  at::Tensor query, key, value;
  double scale = 1.0;
  std::optional<at::Tensor> mask;
  bool causal = false;  ///< from position 0; only without a mask
};

struct FusedGradients {
  at::Tensor query, key, value;
};

/// The width that the kernel of that device takes for operands of this width.
std::int64_t fused_width(const at::Device& device, std::int64_t width);

/// The kernel of the device where the operands lie.
Fused fused_forward(const FusedOperands& operands);
FusedGradients fused_backward(const FusedOperands& operands, const Fused& result, const at::Tensor& grad_out);

}  // namespace synthbench::aten
