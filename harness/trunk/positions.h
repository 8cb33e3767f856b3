#pragma once

#include <torch/torch.h>

namespace synthbench {

/// t (B,...,N,C) with zeros at the padded positions of each sample. key_lengths: (B) int32; undefined: every position is real.
torch::Tensor without_padding(const torch::Tensor& t, const torch::Tensor& key_lengths);

/// What a convolution of so many taps reads: positions i - pad ... i - pad + taps - 1 of t (B,...,N,C) side by side, zeros
/// beyond both ends, (B,...,N,taps*C). pad is (taps - 1) / 2, or taps - 1 when causal.
torch::Tensor neighbours(const torch::Tensor& t, std::int64_t taps, bool causal);

}  // namespace synthbench
