#include "backends/torch/tensors.h"

#include <algorithm>
#include <vector>

#include "backends/core/dropout.h"

namespace synthbench::aten {
namespace {

at::ScalarType scalar_type(DType dtype) {
  switch (dtype) {
    case DType::f32: return at::kFloat;
    case DType::f64: return at::kDouble;
    case DType::bf16: return at::kBFloat16;
    case DType::f16: return at::kHalf;
    case DType::i32: return at::kInt;
  }
  return at::kFloat;
}

at::Device device_of(const Layout& layout) { return layout.place == Place::cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU); }

at::Tensor borrow(const Layout& layout, const void* memory, const Axes& shape) {
  const Axes& stride = layout.stride;
  return at::from_blob(const_cast<void*>(memory), {shape.batch, shape.head, shape.row, shape.col},
                       {stride.batch, stride.head, stride.row, stride.col}, at::dtype(scalar_type(layout.dtype)).device(device_of(layout)));
}

/// Extent 1 along every axis with stride 0.
Axes distinct_shape(const Layout& layout) {
  const auto once = [](std::int64_t extent, std::int64_t stride) { return stride == 0 ? std::int64_t{1} : extent; };
  const Axes& s = layout.shape;
  const Axes& d = layout.stride;
  return {once(s.batch, d.batch), once(s.head, d.head), once(s.row, d.row), once(s.col, d.col)};
}

template <typename T>
void fill_factors(at::Tensor& factors, const CallShape& s, const Dropout& dropout) {
  T* out = factors.data_ptr<T>();
  for (std::int64_t b = 0; b < s.batch; ++b) {
    for (std::int64_t h = 0; h < s.heads; ++h) {
      for (std::int64_t i = 0; i < s.queries; ++i) {
        for (std::int64_t j = 0; j < s.keys; ++j) {
          *out++ = static_cast<T>(dropout_factor(dropout.rate, dropout.seed, static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(h),
                                                 static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j)));
        }
      }
    }
  }
}

/// Shift of 64 bits without a sign: ATen's fills with it.
at::Tensor right_shifted(const at::Tensor& x, int bits) {
  return x.bitwise_right_shift(bits).bitwise_and((std::int64_t{1} << (64 - bits)) - 1);
}

/// splitmix of every entry: products of int64 wrap as those of uint64 do.
at::Tensor hashed(at::Tensor x) {
  const auto times = [](const at::Tensor& t, std::uint64_t factor) { return t * static_cast<std::int64_t>(factor); };
  x = x + static_cast<std::int64_t>(kSplitmixStep);
  x = times(x.bitwise_xor(right_shifted(x, 30)), 0xBF58476D1CE4E5B9ull);
  x = times(x.bitwise_xor(right_shifted(x, 27)), 0x94D049BB133111EBull);
  return x.bitwise_xor(right_shifted(x, 31));
}

}  // namespace

at::Tensor tensor_of(const ConstView& view) { return borrow(view, view.data, view.shape); }

at::Tensor distinct(const ConstView& view) { return borrow(view, view.data, distinct_shape(view)); }

at::Tensor distinct_keys(const AttentionCall& call, const ConstView& view) {
  const at::Tensor rows = distinct(view);
  if (!call.mask.key_lengths || rows.size(0) != view.shape.batch) return rows;
  const at::Tensor real = (at::arange(view.shape.row, rows.device()) < tensor_of(call.mask.key_lengths)).transpose(2, 3);  // (B,1,M,1)
  return at::where(real, rows, at::zeros({}, rows.options()));
}

void add_into(const View& view, const at::Tensor& gradient, double scale) {
  at::Tensor sum = borrow(view, view.data, distinct_shape(view));
  sum.add_(gradient.sum_to_size(sum.sizes()), scale);
}

at::Tensor hidden_keys(const AttentionCall& call, std::int64_t first) {
  const CallShape s = shape_of(call);
  at::Tensor hidden;
  const auto hide = [&](const at::Tensor& more) { hidden = hidden.defined() ? hidden.logical_or(more) : more; };
  const at::Device device = device_of(call.value);
  const at::Tensor key = at::arange(first, s.keys, device),
                   place = (at::arange(s.queries, device) + call.mask.query_offset).view({1, 1, s.queries, 1});
  if (call.mask.causal) hide(key > place);
  if (call.mask.window > 0) hide((key - place).abs() > call.mask.window);
  if (call.mask.key_lengths) hide(key >= tensor_of(call.mask.key_lengths));  // (B,1,1,M)
  return hidden;
}

std::int64_t first_hidden_key(const AttentionCall& call) {
  const Mask& mask = call.mask;
  if (mask.key_lengths || mask.window > 0) return 0;
  const std::int64_t keys = shape_of(call).keys;
  return mask.causal ? std::clamp<std::int64_t>(mask.query_offset + 1, 0, keys) : keys;
}

bool may_have_empty_rows(const Mask& mask) { return mask.key_lengths || mask.window > 0 || (mask.causal && mask.query_offset < 0); }

at::Tensor dropout_factors(const AttentionCall& call) {
  const CallShape s = shape_of(call);
  if (call.value.place != Place::host)
    return device_dropout_factors(s, call.dropout, device_of(call.value)).to(scalar_type(call.value.dtype));
  const bool wide = call.value.dtype == DType::f64;
  at::Tensor factors = at::empty({s.batch, s.heads, s.queries, s.keys}, wide ? at::kDouble : at::kFloat);
  if (wide) {
    fill_factors<double>(factors, s, call.dropout);
  } else {
    fill_factors<float>(factors, s, call.dropout);
  }
  return factors.to(scalar_type(call.value.dtype));
}

at::Tensor device_dropout_factors(const CallShape& s, const Dropout& dropout, const at::Device& device) {
  const auto count = [&](std::int64_t extent) { return at::arange(extent, at::dtype(at::kLong).device(device)); };
  const at::Tensor of_head = count(s.batch).view({-1, 1, 1, 1}).bitwise_left_shift(32) + count(s.heads).view({1, -1, 1, 1});
  const at::Tensor entry = count(s.queries).view({1, 1, -1, 1}).bitwise_left_shift(32) + count(s.keys).view({1, 1, 1, -1});
  const at::Tensor start = hashed(of_head.bitwise_xor(static_cast<std::int64_t>(splitmix(dropout.seed))));
  const at::Tensor uniform = right_shifted(hashed(start.bitwise_xor(entry)), 11).to(at::kDouble) * 0x1.0p-53;
  return (uniform >= dropout.rate).to(at::kDouble) * (1.0 / (1.0 - dropout.rate));
}

}  // namespace synthbench::aten
