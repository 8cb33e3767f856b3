#include "harness/trunk/training.h"

#include <fmt/format.h>

#include <cmath>

#include "backends/torch/process.h"
#include "harness/job.h"
#include "harness/trunk/attention_probe.h"
#include "harness/trunk/device.h"
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

std::unique_ptr<AttentionBackend> layer_backend_of(const Config& config) {
  const std::string& name = config.text("backend");
  auto backend = backend_named(name);
  if (const auto reason = refusal(config.text("variant"), name)) throw Unsupported(*reason);
  return backend;
}

LanguageModelTraining::LanguageModelTraining(const Config& config, const TaskData& data, std::uint64_t seed, int threads, bool causal)
    : data_(data),
      seed_(seed),
      threads_(threads),
      causal_(causal),
      smoothing_(config.number("train.label_smoothing")),
      schedule_(schedule_of(config)),
      backend_(layer_backend_of(config)),
      device_(device_of(config)),
      model_(model_config(config, data.vocabulary()), Initialiser(seed, scalar_type_of(config), device_)),
      optimiser_(make_optimiser(config, model_->parameters())) {
  torch::set_num_threads(threads);
  aten::prepare_process();
  const TensorBatch first = tensors_of(data.train_batch(1, seed), device_);
  kernel_ = model_->choose(first.inputs, pass_of(first, 0));
  if (kernel_.reason) throw Unsupported(*kernel_.reason);
}

Pass LanguageModelTraining::pass_of(const TensorBatch& batch, std::uint64_t dropout_seed) const {
  Pass pass;
  pass.backend = backend_.get();
  pass.lengths = batch.lengths;
  pass.threads = threads_;
  pass.causal = causal_;
  pass.dropout_seed = dropout_seed;
  return pass;
}

torch::Tensor LanguageModelTraining::logits(const TensorBatch& batch, std::uint64_t dropout_seed) {
  return model_->forward(batch.inputs, pass_of(batch, dropout_seed));
}

SummedLoss LanguageModelTraining::step(std::int64_t number) {
  model_->train();
  const TensorBatch batch = tensors_of(data_.train_batch(number, seed_), device_);
  const std::uint64_t dropout_seed = counter_random({seed_, static_cast<std::uint64_t>(number)});
  torch::manual_seed(dropout_seed);  // of residuals; the attention's is counted from the same number
  const Loss loss = token_loss(logits(batch, dropout_seed), batch.targets, smoothing_);
  if (!std::isfinite(loss.total_nats))
    throw std::runtime_error(fmt::format("the loss is {} at step {}", std::isnan(loss.total_nats) ? "nan" : "infinite", number));
  optimiser_->zero_grad();
  loss.objective.backward();
  torch::nn::utils::clip_grad_norm_(model_->parameters(), kLargestGradient);
  set_learning_rate(*optimiser_, schedule_.at(number));
  optimiser_->step();
  synchronize(device_);
  return {loss.total_nats, loss.tokens};
}

SummedLoss LanguageModelTraining::evaluate(Split split) {
  const torch::NoGradGuard no_grad;
  model_->eval();
  SummedLoss score;
  for (std::int64_t i = 0; i < data_.eval_batches(split); ++i) {
    const TensorBatch batch = tensors_of(data_.eval_batch(split, i), device_);
    const Loss loss = token_loss(logits(batch, 0), batch.targets, 0.0);
    score.total_nats += loss.total_nats;
    score.tokens += loss.tokens;
  }
  return score;
}

std::vector<LayerRecord> LanguageModelTraining::look_at_attention() {
  if (data_.eval_batches(Split::valid) == 0) return {};
  const torch::NoGradGuard no_grad;
  model_->eval();
  TensorBatch batch = tensors_of(data_.eval_batch(Split::valid, 0), device_);
  batch.inputs = batch.inputs.narrow(0, 0, 1);
  if (batch.lengths.defined()) batch.lengths = batch.lengths.narrow(0, 0, 1);
  AttentionProbe probe(*backend_);
  Pass pass = pass_of(batch, 0);
  pass.backend = &probe;
  model_->forward(batch.inputs, pass);
  return probe.seen();
}

}  // namespace synthbench
