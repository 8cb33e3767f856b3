#include "harness/trunk/optimiser.h"

#include "harness/job.h"

namespace synthbench {

std::unique_ptr<torch::optim::Optimizer> make_optimiser(const Config& config, std::vector<torch::Tensor> parameters) {
  const std::string& word = config.text("train.optimizer");
  const double lr = config.number("train.lr");
  if (word == "adam") {
    const auto options = torch::optim::AdamOptions(lr).betas({0.9, 0.997}).eps(1e-9);
    return std::make_unique<torch::optim::Adam>(std::move(parameters), options);
  }
  if (word == "adamw") {
    const auto options = torch::optim::AdamWOptions(lr).betas({0.9, 0.98}).eps(1e-9).weight_decay(0.01);
    return std::make_unique<torch::optim::AdamW>(std::move(parameters), options);
  }
  throw Unsupported("train.optimizer '" + word + "' is not in this build (adam and adamw are)");
}

void set_learning_rate(torch::optim::Optimizer& optimiser, double lr) {
  for (auto& group : optimiser.param_groups()) group.options().set_lr(lr);
}

}  // namespace synthbench
