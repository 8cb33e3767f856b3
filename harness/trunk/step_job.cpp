// The job "step": whole optimiser steps of a language model, on tokens drawn at random. Of a variant without causal form it is an
// encoder of the same sizes that is timed.
#include <fmt/format.h>

#include "harness/job.h"
#include "harness/measure/cell_problem.h"
#include "harness/measure/measure.h"
#include "harness/trunk/layer_gate.h"
#include "harness/trunk/training.h"
#include "tasks/counter_random.h"

namespace synthbench {
namespace {

/// What a step does costs the same whatever the text says.
class RandomTokens final : public TaskData {
 public:
  explicit RandomTokens(const Config& config)
      : rows_(config.integer("batch")), cols_(config.integer("seq_len")), vocabulary_(config.integer("data.vocab")) {}

  std::int64_t vocabulary() const override { return vocabulary_; }
  Batch train_batch(std::int64_t step, std::uint64_t seed) const override {
    Batch batch;
    batch.rows = rows_;
    batch.cols = cols_;
    for (std::int64_t k = 0; k < 2 * rows_ * cols_; ++k) {
      const auto id =
          random_below(static_cast<std::uint64_t>(vocabulary_), {seed, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(k)});
      (k % 2 == 0 ? batch.inputs : batch.targets).push_back(static_cast<std::int32_t>(id));
    }
    return batch;
  }
  std::int64_t eval_batches(Split) const override { return 0; }
  Batch eval_batch(Split, std::int64_t) const override { return {}; }
  Split final_split() const override { return Split::valid; }
  std::int64_t words(Split) const override { return 0; }
  std::int64_t bytes(Split) const override { return 0; }
  std::vector<CountBaseline> baselines() const override { return {}; }

 private:
  std::int64_t rows_, cols_, vocabulary_;
};

/// A step says nothing of how the training goes on: what only that needs is at rest.
Config with_training_defaults(const Config& config) {
  Json json = config.json();
  const Json defaults = {
      {"train.lr", 1e-4}, {"train.schedule", "constant"}, {"train.warmup", 0}, {"train.steps", 1}, {"train.label_smoothing", 0.0}};
  for (const auto& [key, value] : defaults.items()) {
    if (!json.contains(key)) json[key] = value;
  }
  return Config(json);
}

bool has_causal_form(const Config& config) {
  const Mixture mixture = config.mixture();
  const WholeLayer* whole = whole_layer(mixture);
  return whole == nullptr || whole->causal_form;
}

/// The attention call inside the model: every key real, with a backward.
WorkerOrder attention_of(const WorkerOrder& order, bool causal) {
  Json json = order.config.json();
  json.update({{"causal", causal}, {"key_lengths", "full"}, {"direction", "fwdbwd"}});
  WorkerOrder attention = order;
  attention.config = Config(json);
  return attention;
}

void time_step(const WorkerOrder& order, const RecordWriter& records) {
  const Config& config = order.config;
  const RandomTokens data(config);
  const auto seed = static_cast<std::uint64_t>(order.seed);
  const bool causal = has_causal_form(config);
  LanguageModelTraining training(with_training_defaults(config), data, seed, threads_of(config, order.threads), causal);
  records.write({{"type", "ran"},
                 {"variant", config.text("variant")},
                 {"backend", config.text("backend")},
                 {"dtype", config.text("dtype")},
                 {"kernel", training.kernel().kernel},
                 {"label", training.kernel().label},
                 {"parameters", training.parameters()}});
  if (!causal) fmt::print("{} has no causal form: the steps are those of an encoder\n", config.text("variant"));
  if (order.gate) gate_layer(attention_of(order, causal), *backend_named(config.text("backend")), training.kernel().kernel, records);
  std::int64_t number = 0;
  const bool on_device = place_of(config) != Place::host;
  const auto clock = on_device ? device_clock_of("torch") : nullptr;
  measure({[&] { training.step(++number); }, {}, on_device, {}, clock.get()}, order.measure, order.launch, records);
}

const bool registered = jobs().add("step", time_step);

}  // namespace
}  // namespace synthbench
