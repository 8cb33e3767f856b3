#include "harness/trunk/training.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/job.h"
#include "harness/trunk/optimiser.h"
#include "tasks/counter_random.h"

namespace synthbench {
namespace {

constexpr double kLargestGradient = 1.0;  // norm over all parameters; longer gradients are shortened to it

}  // namespace

torch::ScalarType scalar_type_of(const Config& config) {
  const std::string& word = config.text("dtype");
  if (word == "f32") return torch::kFloat;
  if (word == "f64") return torch::kDouble;
  throw Unsupported(fmt::format("dtype {}: models run in f32 and f64", word));
}

LanguageModelTraining::LanguageModelTraining(const Config& config, const TaskData& data, std::uint64_t seed, int threads)
    : data_(data),
      seed_(seed),
      threads_(threads),
      smoothing_(config.number("train.label_smoothing")),
      schedule_(schedule_of(config)),
      backend_(backend_named(config.text("backend"))),
      model_(model_config(config, data.vocabulary()), seed, scalar_type_of(config)),
      optimiser_(make_optimiser(config, model_->parameters())) {
  torch::set_num_threads(threads);
  const TensorBatch first = tensors_of(data.train_batch(1, seed));
  Pass pass;
  pass.backend = backend_.get();
  pass.lengths = first.lengths;
  pass.threads = threads;
  kernel_ = model_->choose(first.inputs, pass);
  if (kernel_.reason) throw Unsupported(*kernel_.reason);
}

torch::Tensor LanguageModelTraining::logits(const TensorBatch& batch, std::uint64_t dropout_seed) {
  Pass pass;
  pass.backend = backend_.get();
  pass.lengths = batch.lengths;
  pass.threads = threads_;
  pass.dropout_seed = dropout_seed;
  return model_->forward(batch.inputs, pass);
}

Score LanguageModelTraining::step(std::int64_t number) {
  model_->train();
  const TensorBatch batch = tensors_of(data_.train_batch(number, seed_));
  const std::uint64_t dropout_seed = counter_random({seed_, static_cast<std::uint64_t>(number)});
  torch::manual_seed(dropout_seed);  // of residuals; the attention's is counted from the same number
  const Loss loss = token_loss(logits(batch, dropout_seed), batch.targets, smoothing_);
  if (!std::isfinite(loss.total_nats)) throw std::runtime_error(fmt::format("the loss is {} at step {}", loss.total_nats, number));
  optimiser_->zero_grad();
  loss.objective.backward();
  torch::nn::utils::clip_grad_norm_(model_->parameters(), kLargestGradient);
  set_learning_rate(*optimiser_, schedule_.at(number));
  optimiser_->step();
  return {loss.total_nats, loss.tokens};
}

Score LanguageModelTraining::evaluate(Split split) {
  const torch::NoGradGuard no_grad;
  model_->eval();
  Score score;
  for (std::int64_t i = 0; i < data_.eval_batches(split); ++i) {
    const TensorBatch batch = tensors_of(data_.eval_batch(split, i));
    const Loss loss = token_loss(logits(batch, 0), batch.targets, 0.0);
    score.total_nats += loss.total_nats;
    score.tokens += loss.tokens;
  }
  return score;
}

}  // namespace synthbench
