#pragma once

#include <torch/torch.h>

#include <functional>
#include <memory>

#include "harness/trunk/language_model.h"
#include "harness/trunk/loss.h"
#include "harness/trunk/schedule.h"
#include "results/attention_record.h"
#include "tasks/task.h"

namespace synthbench {

/// -log p of held-out or training tokens, as sums: means are taken once, over all of them.
struct SummedLoss {
  double total_nats = 0;
  std::int64_t tokens = 0;
  double nats_per_token() const { return total_nats / static_cast<double>(tokens); }
};

/// A decoder-only language model under training. The same config, seed and number of threads give the same losses, bit for
/// bit: batches depend on (seed, step), weights on (seed, name), and every kernel adds in a fixed order.
class LanguageModelTraining {
 public:
  /// causal: no position sees a later one; without it the model is an encoder over the same tokens, which a step can time but
  /// nothing can learn from. Throws Unsupported where the backend or the variant refuses.
  LanguageModelTraining(const Config& config, const TaskData& data, std::uint64_t seed, int threads, bool causal = true);

  /// One optimiser step, counted from 1. Throws std::runtime_error "the loss is nan at step 17" when it is not finite.
  SummedLoss step(std::int64_t number);
  /// The whole split, without dropout.
  SummedLoss evaluate(Split split);

  /// What each attention layer computes for the first sample of the validation split, without dropout. Layers that are no sum of
  /// attention terms, and a GPU, leave none.
  std::vector<LayerRecord> look_at_attention();

  const AttentionBackend::Choice& kernel() const { return kernel_; }
  std::int64_t parameters() const { return model_->trained_parameters(); }
  LanguageModel& model() { return model_; }

 private:
  Pass pass_of(const TensorBatch& batch, std::uint64_t dropout_seed) const;
  torch::Tensor logits(const TensorBatch& batch, std::uint64_t dropout_seed);

  const TaskData& data_;
  std::uint64_t seed_;
  int threads_;
  bool causal_;
  double smoothing_;
  Schedule schedule_;
  std::unique_ptr<AttentionBackend> backend_;
  torch::Device device_;
  LanguageModel model_{nullptr};
  std::unique_ptr<torch::optim::Optimizer> optimiser_;
  AttentionBackend::Choice kernel_;
};

/// The backend of a cell that builds a layer. Throws as backend_named does, and Unsupported where the variant cannot run on it.
std::unique_ptr<AttentionBackend> layer_backend_of(const Config& config);

/// f32 or f64. Throws Unsupported for others.
torch::ScalarType scalar_type_of(const Config& config);

}  // namespace synthbench
