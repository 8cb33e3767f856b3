#pragma once

#include <torch/torch.h>

#include <vector>

#include "backends/core/attention.h"

namespace synthbench {

/// One term as the trunk makes it: tensors (B,H,rows,cols) with extent 1 along every axis that they share.
struct TermTensors {
  TermKind kind = TermKind::inner;
  double scale = 1.0;
  torch::Tensor lhs, rhs;  ///< rhs is undefined for tables
};

struct AttendOptions {
  bool causal = false;
  torch::Tensor key_lengths;  ///< (B) int32; undefined: every key is real
  Dropout dropout;
  int threads = 1;
  std::int64_t window = 0;  ///< > 0: no query sees a key farther away than this
};

/// The kernel that attend would run for these operands, or why none can.
AttentionBackend::Choice choose_kernel(const AttentionBackend& backend, const std::vector<TermTensors>& terms, const torch::Tensor& value,
                                       std::int64_t queries, const AttendOptions& options);

/// softmax(sum of scaled terms + mask) value, (B,H,N,D), computed by a backend of ours and known to autograd.
/// value: (B,H,M,D). queries: rows N of the result. Nothing is copied: the backend sees the tensors' own strides, and sums
/// gradients over shared axes itself. Gradients that nobody wants are absent views. The memory order of the result is
/// (B,N,H,D), so that putting heads side by side is free. The backend must outlive the graph.
torch::Tensor attend(AttentionBackend& backend, const std::vector<TermTensors>& terms, const torch::Tensor& value, std::int64_t queries,
                     const AttendOptions& options);

}  // namespace synthbench
