#pragma once

#include <torch/torch.h>

#include <cstdint>

#include "tasks/task.h"

namespace synthbench {

/// A task's batch as tensors.
struct TensorBatch {
  torch::Tensor inputs, targets;  ///< (B,N) int64; Batch::kIgnored where nothing is predicted
  torch::Tensor lengths;          ///< (B) int32; undefined: every place is real
};
TensorBatch tensors_of(const Batch& batch, const torch::Device& device);

/// Loss of one batch. Means of batches are not averaged: sums and counts are added up.
struct Loss {
  torch::Tensor objective;  ///< what is minimised: mean over counted targets, label smoothing included
  double total_nats = 0;    ///< sum of -log p(target), without smoothing
  std::int64_t tokens = 0;  ///< counted targets
};

/// logits (B,N,V), targets (B,N). smoothing: share of each target given evenly to all pieces (PyTorch's definition).
Loss token_loss(const torch::Tensor& logits, const torch::Tensor& targets, double smoothing);

}  // namespace synthbench
