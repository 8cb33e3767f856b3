// ATen's fused attention kernels: `flash_attention_for_cpu` on the host, the memory-efficient one on a GPU, which takes f32, bf16 and
// f16 and an additive mask. On a GPU rows of operands must begin at multiples of 16 bytes, and it keeps lse in rows of 32; its backward
// adds up dQ in the order in which blocks end, so twice the same call may differ in the last bits there.
#include "backends/torch/fused.h"

#include <ATen/ops/_scaled_dot_product_efficient_attention.h>
#include <ATen/ops/_scaled_dot_product_efficient_attention_backward.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu.h>
#include <ATen/ops/_scaled_dot_product_flash_attention_for_cpu_backward.h>

#include <array>
#include <cstdint>
#include <limits>

namespace synthbench::aten {
namespace {

constexpr std::int64_t kLseRow = 32;  // the GPU kernel's
constexpr std::int64_t kAligned = 8;  // numbers: 16 bytes of the narrowest dtype

std::int64_t up_to_multiple(std::int64_t count, std::int64_t of) { return (count + of - 1) / of * of; }

/// The tensor itself where rows, heads and samples begin at multiples of 16 bytes, else a copy.
at::Tensor aligned(const at::Tensor& t) {
  bool fits = reinterpret_cast<std::uintptr_t>(t.data_ptr()) % 16 == 0;
  for (std::int64_t axis = 0; axis < 3; ++axis) fits = fits && t.stride(axis) % kAligned == 0;
  return fits ? t : t.contiguous();
}

/// The mask with rows in aligned memory, (B,H,N,M); what it shares is there once.
std::optional<at::Tensor> aligned_mask(const FusedOperands& o) {
  if (!o.mask) return std::nullopt;
  const std::int64_t columns = o.mask->size(3), missing = up_to_multiple(columns, kAligned) - columns;
  const at::Tensor rows = missing == 0 ? aligned(*o.mask) : at::constant_pad_nd(*o.mask, {0, missing}).narrow(3, 0, columns);
  return rows.expand({o.query.size(0), o.query.size(1), o.query.size(2), columns});
}

Fused forward_on_gpu(const FusedOperands& o) {
  const auto [out, lse, seed, offset] = at::_scaled_dot_product_efficient_attention(aligned(o.query), aligned(o.key), aligned(o.value),
                                                                                    aligned_mask(o), true, 0.0, o.causal, o.scale);
  return {out, lse.narrow(2, 0, o.query.size(2))};
}

FusedGradients backward_on_gpu(const FusedOperands& o, const Fused& result, const at::Tensor& grad_out) {
  const std::int64_t rows = result.lse.size(2);
  const at::Tensor lse =
      at::constant_pad_nd(result.lse, {0, up_to_multiple(rows, kLseRow) - rows}, std::numeric_limits<double>::infinity());
  const at::Tensor no_dropout = at::zeros({}, at::dtype(at::kLong));
  // In half precision the kernel itself reads out, as if it lay as (B,N,H,W) whatever its strides say.
  const at::Tensor out = result.out.transpose(1, 2).contiguous().transpose(1, 2);
  const auto [query, key, value, bias] = at::_scaled_dot_product_efficient_attention_backward(
      aligned(grad_out), aligned(o.query), aligned(o.key), aligned(o.value), aligned_mask(o).value_or(at::Tensor()), out, lse, no_dropout,
      no_dropout, 0.0, std::array<bool, 4>{true, true, true, false}, o.causal, o.scale);
  return {query, key, value};
}

std::optional<at::Tensor> expanded_mask(const FusedOperands& o) {
  if (!o.mask) return std::nullopt;
  return o.mask->expand({o.query.size(0), o.query.size(1), o.query.size(2), o.mask->size(3)});
}

}  // namespace

std::int64_t fused_width(const at::Device& device, std::int64_t width) {
  return device.is_cuda() ? up_to_multiple(width, kAligned) : width;
}

Fused fused_forward(const FusedOperands& o) {
  if (o.query.is_cuda()) return forward_on_gpu(o);
  const auto [out, lse] =
      at::_scaled_dot_product_flash_attention_for_cpu(o.query, o.key, o.value, 0.0, o.causal, expanded_mask(o), o.scale);
  return {out, lse};
}

FusedGradients fused_backward(const FusedOperands& o, const Fused& result, const at::Tensor& grad_out) {
  if (o.query.is_cuda()) return backward_on_gpu(o, result, grad_out);
  const auto [query, key, value] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
      grad_out, o.query, o.key, o.value, result.out, result.lse.contiguous(), 0.0, o.causal, expanded_mask(o), o.scale);
  return {query, key, value};
}

}  // namespace synthbench::aten
