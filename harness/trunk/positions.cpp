#include "harness/trunk/positions.h"

namespace synthbench {

using torch::Tensor;

Tensor without_padding(const Tensor& t, const Tensor& key_lengths) {
  if (!key_lengths.defined()) return t;
  const std::int64_t length = t.size(-2);
  const Tensor padded = torch::arange(length, key_lengths.options()) >= key_lengths.unsqueeze(1);  // (B,N)
  std::vector<std::int64_t> shape(static_cast<std::size_t>(t.dim()), 1);
  shape.front() = t.size(0);
  shape[shape.size() - 2] = length;
  return t.masked_fill(padded.view(shape), 0.0);  // not times 0: what is padded may be NaN
}

Tensor neighbours(const Tensor& t, std::int64_t taps, bool causal) {
  const std::int64_t length = t.size(-2), before = causal ? taps - 1 : (taps - 1) / 2;
  const Tensor padded = torch::constant_pad_nd(t, {0, 0, before, taps - 1 - before});
  std::vector<Tensor> shifted;
  for (std::int64_t k = 0; k < taps; ++k) shifted.push_back(padded.narrow(-2, k, length));
  return torch::cat(shifted, -1);
}

}  // namespace synthbench
