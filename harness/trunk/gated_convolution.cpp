#include "harness/trunk/gated_convolution.h"

#include "ablations/variants/gated_convolution.h"
#include "harness/trunk/positions.h"

namespace synthbench {

using torch::Tensor;

Tensor GatedConvolution::run(const Tensor& x, AttentionBackend&, const AttendOptions& options) const {
  const Tensor z = with_bias(torch::matmul(x, weight("w_in")), "b_in");
  const Tensor u = without_padding(torch::glu(z, 2), options.key_lengths);  // z[:E] * sigmoid(z[E:])
  Tensor kernel = torch::softmax(kernel_logits(u), -1);
  if (options.dropout.rate > 0) kernel = torch::dropout(kernel, options.dropout.rate, /*train=*/true);
  return with_bias(torch::matmul(convolved(u, kernel, options.causal), weight("w_out")), "b_out");
}

std::int64_t GatedConvolution::reach() const { return kConvolutionWidth - 1; }

/// c[i,ch] = sum_t kernel[g(ch),t] u[i + t - pad, ch] as a sum of shifted products: nothing is unfolded in memory.
Tensor GatedConvolution::convolved(const Tensor& u, Tensor kernel, bool causal) const {
  const std::int64_t length = u.size(1), channels = u.size(2), heads = config().heads, taps = kernel.size(3);
  const std::int64_t before = causal ? taps - 1 : (taps - 1) / 2;
  if (channels % heads != 0) {  // groups of unequal size: a kernel for each channel
    kernel = kernel.index_select(2, (torch::arange(channels, kernel.options().dtype(torch::kLong)) * heads).floor_divide(channels));
  }
  const std::int64_t groups = kernel.size(2);
  const Tensor padded = torch::constant_pad_nd(u, {0, 0, before, taps - 1 - before}).unflatten(2, {groups, channels / groups});
  Tensor sum;
  for (std::int64_t t = 0; t < taps; ++t) {
    const Tensor term = padded.narrow(1, t, length) * kernel.select(3, t).unsqueeze(3);  // (B,N,groups,E/groups)
    sum = sum.defined() ? sum + term : term;
  }
  return sum.flatten(2);
}

}  // namespace synthbench
