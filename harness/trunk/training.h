#pragma once

#include <torch/torch.h>

#include <functional>
#include <memory>

#include "harness/trunk/language_model.h"
#include "harness/trunk/loss.h"
#include "harness/trunk/schedule.h"
#include "tasks/task.h"

namespace synthbench {

/// -log p of held-out or training tokens, as sums: means are taken once, over all of them.
struct Score {
  double total_nats = 0;
  std::int64_t tokens = 0;
  double nats_per_token() const { return total_nats / static_cast<double>(tokens); }
};

/// A decoder-only language model under training. The same config, seed and number of threads give the same losses, bit for
/// bit: batches depend on (seed, step), weights on (seed, name), and every kernel adds in a fixed order.
class LanguageModelTraining {
 public:
  /// Throws Unsupported where the backend refuses the model's attention.
  LanguageModelTraining(const Config& config, const TaskData& data, std::uint64_t seed, int threads);

  /// One optimiser step, counted from 1. Throws std::runtime_error "the loss is nan at step 17" when it is not finite.
  Score step(std::int64_t number);
  /// The whole split, without dropout.
  Score evaluate(Split split);

  const AttentionBackend::Choice& kernel() const { return kernel_; }
  std::int64_t parameters() const { return model_->trained_parameters(); }
  LanguageModel& model() { return model_; }

 private:
  torch::Tensor logits(const TensorBatch& batch, std::uint64_t dropout_seed);

  const TaskData& data_;
  std::uint64_t seed_;
  int threads_;
  double smoothing_;
  Schedule schedule_;
  std::unique_ptr<AttentionBackend> backend_;
  LanguageModel model_{nullptr};
  std::unique_ptr<torch::optim::Optimizer> optimiser_;
  AttentionBackend::Choice kernel_;
};

/// The backend of that name. Throws UserError for a name that nobody knows, Unsupported for one that this program lacks.

/// f32 or f64. Throws Unsupported for others.
torch::ScalarType scalar_type_of(const Config& config);

}  // namespace synthbench
