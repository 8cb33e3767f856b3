// The job "train": a language model on the task's text, its losses, its speed, and what counting models score on the same
// tokens.
#include <fmt/format.h>

#include <chrono>

#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "harness/job.h"
#include "harness/measure/cell_problem.h"
#include "harness/trunk/training.h"
#include "tasks/metrics/perplexity.h"

namespace synthbench {
namespace {

constexpr std::int64_t kLongestSeries = 2000;  // points of a training series that are stored
constexpr double kProgressEvery = 1.0;         // seconds

/// Sends a training's records.
class TrainingLog {
 public:
  TrainingLog(const Config& config, const TaskData& data, const RecordWriter& records) : config_(config), data_(data), records_(records) {}

  void metric(const std::string& name, const std::string& unit, const char* better, const std::string& split, std::int64_t step,
              double value, std::optional<std::int64_t> n = {}) const {
    MetricRow row;
    row.name = name;
    row.unit = unit;
    row.better = better;
    row.split = split;
    row.step = step;
    row.value = value;
    row.n = n;
    if (unit.find("token") != std::string::npos && unit != "tokens/s") row.signature = token_signature();
    write("metric", to_json(row));
  }

  void ran(const LanguageModelTraining& training) const {
    write("ran", {{"variant", config_.text("variant")},
                  {"backend", config_.text("backend")},
                  {"dtype", config_.text("dtype")},
                  {"kernel", training.kernel().kernel},
                  {"label", training.kernel().label},
                  {"parameters", training.parameters()}});
  }

  void loss(Split split, std::int64_t step, const SummedLoss& score) const {
    metric("loss", "nats/token", "lower", std::string(name(split)), step, score.nats_per_token(), score.tokens);
  }

  /// ppl is exp of the mean over tokens; per word and per byte the same total is divided by other counts of the same text.
  void final_scores(Split split, const SummedLoss& score) const {
    const std::string where(name(split));
    metric("ppl", "ppl/token", "lower", where, -1, perplexity(score.total_nats, static_cast<double>(score.tokens)), score.tokens);
    const std::int64_t words = data_.words(split), bytes = data_.bytes(split);
    if (words > 0) metric("ppl_word", "ppl/word", "lower", where, -1, perplexity(score.total_nats, static_cast<double>(words)), words);
    if (bytes > 0) {
      metric("bits_per_byte", "bits/byte", "lower", where, -1, bits_per(score.total_nats, static_cast<double>(bytes)), bytes);
    }
    for (const CountBaseline& baseline : data_.baselines()) {
      metric("ppl_" + baseline.name, "ppl/token", "lower", where, -1, perplexity(baseline.nats_per_token, 1), score.tokens);
      metric("nats_" + baseline.name, "nats/token", "lower", where, -1, baseline.nats_per_token, score.tokens);
      metric("parameters_" + baseline.name, "1", "none", "", -1, static_cast<double>(baseline.parameters));
    }
  }

  /// Writes a file into the cell's folder. Its name holds its hash: a later attempt at the cell takes nothing from an earlier one.
  void artifact(const std::string& name, const std::string& folder, const std::string& suffix, const std::string& content) const {
    const std::string hash = sha256(content), path = folder + "/" + name + "-" + hash.substr(0, 12) + suffix;
    write_file(path, content);
    write("artifact", to_json(ArtifactRow{.name = name, .path = path, .sha256 = hash, .bytes = std::ssize(content)}));
  }

  /// Cut examples and tokens, of how many.
  void truncation() const {
    for (const Split split : {Split::train, Split::valid, Split::test}) {
      const std::optional<Truncation> lost = data_.truncation(split);
      if (!lost || lost->examples == 0) continue;
      const std::string where(name(split));
      metric("truncated_examples", "1", "lower", where, -1, static_cast<double>(lost->cut_examples), lost->examples);
      metric("truncated_tokens", "1", "lower", where, -1, static_cast<double>(lost->cut_tokens), lost->tokens);
    }
  }

  void progress(std::int64_t step, std::int64_t of, const std::string& text) const {
    write("progress", {{"step", step}, {"of", of}, {"text", text}});
  }

 private:
  /// What a token is: perplexities of different tokens are different metrics.
  std::string token_signature() const {
    return fmt::format("tok:{}|vocab:{}", config_.has("data.tokenizer") ? config_.text("data.tokenizer") : "none", data_.vocabulary());
  }

  void write(const char* type, Json record) const {
    record["type"] = type;
    records_.write(record);
  }

  const Config& config_;
  const TaskData& data_;
  const RecordWriter& records_;
};

/// Histograms and maps of attention before and after the training, in the cell's folder, for `plot weights` and `plot maps`.
void keep_attention(const WorkerOrder& order, const TrainingLog& log, const AttentionRecord& record) {
  if (order.artifact_folder.empty() || record.at_end.empty()) return;
  log.artifact(kAttentionArtifact, order.artifact_folder, ".safetensors", to_safetensors(to_tensors(record)));
}

/// Seconds of training steps alone. The first step allocates and is left out, unless it is the only one.
class StepClock {
 public:
  template <typename Body>
  auto time(const Body& body) {
    const auto start = std::chrono::steady_clock::now();
    auto result = body();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (++steps_ == 2) seconds_ = 0;
    seconds_ += seconds;
    return result;
  }
  double steps_per_s() const { return static_cast<double>(std::max<std::int64_t>(steps_ - 1, 1)) / seconds_; }

 private:
  std::int64_t steps_ = 0;
  double seconds_ = 0;
};

/// Says where a training stands, about once a second.
class Pulse {
 public:
  bool due() {
    const auto now = std::chrono::steady_clock::now();
    if (std::chrono::duration<double>(now - last_).count() < kProgressEvery) return false;
    last_ = now;
    return true;
  }

 private:
  std::chrono::steady_clock::time_point last_{};
};

void train(const WorkerOrder& order, const RecordWriter& records) {
  const Config& config = order.config;
  const auto data = tasks().at(config.text("task")).load(config);
  const int threads = threads_of(config, order.threads);
  LanguageModelTraining training(config, *data, static_cast<std::uint64_t>(order.seed), threads);
  const TrainingLog log(config, *data, records);
  log.ran(training);
  log.truncation();
  for (const std::string& note : data->notes()) fmt::print("{}\n", note);

  AttentionRecord attention{.at_start = training.look_at_attention(), .at_end = {}};
  const std::int64_t steps = config.integer("train.steps"), eval_every = config.integer("train.eval_every");
  const std::int64_t stored_every = (steps + kLongestSeries - 1) / kLongestSeries;
  StepClock clock;
  Pulse pulse;
  std::int64_t tokens = 0;
  for (std::int64_t step = 1; step <= steps; ++step) {
    const SummedLoss score = clock.time([&] { return training.step(step); });
    tokens += score.tokens;
    if (step % stored_every == 0 || step == steps) log.loss(Split::train, step, score);
    if (pulse.due()) log.progress(step, steps, fmt::format("loss {:.3f} nats/token", score.nats_per_token()));
    if (step % eval_every == 0 && step < steps) log.loss(Split::valid, step, training.evaluate(Split::valid));
  }
  const SummedLoss valid = training.evaluate(Split::valid);
  log.loss(Split::valid, steps, valid);
  log.loss(Split::valid, -1, valid);
  const Split last = data->final_split();
  const SummedLoss held_out = last == Split::valid ? valid : training.evaluate(last);
  if (last != Split::valid) log.loss(last, -1, held_out);
  log.final_scores(last, held_out);
  log.metric("steps_per_s", "steps/s", "higher", "", -1, clock.steps_per_s());
  log.metric("tokens_per_s", "tokens/s", "higher", "", -1, clock.steps_per_s() * static_cast<double>(tokens) / static_cast<double>(steps));
  attention.at_end = training.look_at_attention();
  keep_attention(order, log, attention);
  log.progress(steps, steps,
               fmt::format("ppl {:.2f} on {}", perplexity(held_out.total_nats, static_cast<double>(held_out.tokens)), name(last)));
}

const bool registered = jobs().add("train", train);

}  // namespace
}  // namespace synthbench
