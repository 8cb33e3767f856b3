#pragma once

#include <ATen/ATen.h>

#include "backends/core/attention.h"

namespace synthbench::aten {

/// The memory of a view as a tensor (B,H,rows,cols) with the view's own strides. Nothing is copied.
at::Tensor tensor_of(const ConstView& view);

/// The same with extent 1 along every axis that the view shares, so that ATen broadcasts instead of repeating work.
at::Tensor distinct(const ConstView& view);

/// distinct(view) of something with a row per key, zero where the call's key lengths hide the row: what stands there may be
/// anything, and 0 * NaN is NaN. Without key lengths, and for what the batch shares, nothing is copied.
at::Tensor distinct_keys(const AttentionCall& call, const ConstView& view);

/// view += scale gradient, summed over every axis that the view shares or that gradient's broadcasting stands for.
/// gradient: (B,H,rows,cols); extents of 1 count as already summed.
void add_into(const View& view, const at::Tensor& gradient, double scale = 1);

/// True where (b,i,j) is invisible: (B or 1, 1, N, M - first) bool, for the keys from `first` on; undefined when every key is visible.
at::Tensor hidden_keys(const AttentionCall& call, std::int64_t first = 0);

/// Every query sees all keys before this one, whatever the data; all there are: nothing is hidden.
std::int64_t first_hidden_key(const AttentionCall& call);

/// May a row be without any visible key? Decided by the flags alone.
bool may_have_empty_rows(const Mask& mask);

/// What dropout multiplies the probabilities with: (B,H,N,M), 0 or 1/(1-rate), from the hash all backends share.
at::Tensor dropout_factors(const AttentionCall& call);

/// The same, (B,H,N,M) in f64, from tensor operations alone: on a GPU no entry is counted by the host.
at::Tensor device_dropout_factors(const CallShape& shape, const Dropout& dropout, const at::Device& device);

}  // namespace synthbench::aten
