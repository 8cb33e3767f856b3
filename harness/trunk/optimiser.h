#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "ablations/config.h"

namespace synthbench {

/// LibTorch's optimiser for "train.optimizer" over these parameters.
///   adam    betas 0.9, 0.997, epsilon 1e-9 (Tensor2Tensor)          adamw   betas 0.9, 0.98, epsilon 1e-9, weight decay 0.01
/// Throws Unsupported for adafactor.
std::unique_ptr<torch::optim::Optimizer> make_optimiser(const Config& config, std::vector<torch::Tensor> parameters);

void set_learning_rate(torch::optim::Optimizer& optimiser, double lr);

}  // namespace synthbench
