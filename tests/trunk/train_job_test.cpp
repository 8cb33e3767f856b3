// What the job "train" stores of a task that says more of its data than language modelling does.
#include <gtest/gtest.h>

#include <map>

#include "harness/job.h"
#include "tasks/task.h"
#include "tests/harness/record_capture.h"

namespace synthbench {
namespace {

constexpr std::int64_t kLength = 6, kVocabulary = 5, kRows = 2;

/// Examples of a task that cuts what is longer than the model takes.
class CutExamples final : public TaskData {
 public:
  std::int64_t vocabulary() const override { return kVocabulary; }
  Batch train_batch(std::int64_t step, std::uint64_t) const override {
    Batch batch{.rows = kRows, .cols = kLength, .inputs = {}, .targets = {}, .lengths = {}};
    for (std::int64_t k = 0; k < kRows * kLength; ++k) {
      batch.inputs.push_back(static_cast<std::int32_t>((k + step) % kVocabulary));
      batch.targets.push_back(static_cast<std::int32_t>((k + step + 1) % kVocabulary));
    }
    return batch;
  }
  std::int64_t eval_batches(Split) const override { return 1; }
  Batch eval_batch(Split, std::int64_t number) const override { return train_batch(number, 0); }
  Split final_split() const override { return Split::valid; }
  std::int64_t words(Split) const override { return 0; }
  std::int64_t bytes(Split) const override { return 0; }
  std::vector<CountBaseline> baselines() const override { return {}; }
  std::optional<Truncation> truncation(Split split) const override {
    if (split == Split::test) return std::nullopt;  // no such split
    Truncation lost;
    for (const std::int64_t length : split == Split::train ? std::vector<std::int64_t>{4, 9, 8} : std::vector<std::int64_t>{3}) {
      std::vector<std::int32_t> example(static_cast<std::size_t>(length), 1);
      lost.cut(example, kLength);
    }
    return lost;
  }
};

const bool added = add_task("cut_examples", {.summary = "for this test alone", .datasets = {"none"}, .data_sha = {}},
                            {.load = [](const Config&) { return std::make_unique<CutExamples>(); }});

TEST(TrainJob, StoresWhatATaskCutsOfItsExamples) {
  ASSERT_TRUE(added);
  const RecordCapture capture;
  WorkerOrder order;
  order.config = Config(Json{{"kind", "train"},
                             {"task", "cut_examples"},
                             {"variant", "vanilla"},
                             {"backend", "torch"},
                             {"device", "cpu"},
                             {"dtype", "f32"},
                             {"seq_len", kLength},
                             {"batch", kRows},
                             {"heads", 1},
                             {"head_dim", 8},
                             {"d_model", 8},
                             {"rank", 4},
                             {"mixing", "softmax"},
                             {"model.layers", 1},
                             {"model.d_ff", 8},
                             {"model.dropout", 0.0},
                             {"model.norm", "pre"},
                             {"model.position", "learned"},
                             {"train.steps", 2},
                             {"train.eval_every", 2},
                             {"train.optimizer", "adamw"},
                             {"train.lr", 0.01},
                             {"train.schedule", "constant"},
                             {"train.warmup", 1},
                             {"train.label_smoothing", 0.0}});
  order.seed = 1;
  order.threads = 1;
  jobs().at("train")(order, RecordWriter());
  struct Stored {
    double value;
    std::int64_t of;
    bool operator==(const Stored&) const = default;
  };
  std::map<std::string, Stored> stored;
  for (const Json& record : capture.records("metric")) {
    const std::string name = record.at("name");
    if (!name.starts_with("truncated_")) continue;
    stored[name + " " + record.at("split").get<std::string>()] = {record.at("value").get<double>(), record.at("n").get<std::int64_t>()};
  }
  EXPECT_EQ(stored.size(), 4u) << "of train and valid";
  EXPECT_EQ(stored["truncated_examples train"], (Stored{2, 3}));
  EXPECT_EQ(stored["truncated_tokens train"], (Stored{3 + 2, 21}));
  EXPECT_EQ(stored["truncated_examples valid"], (Stored{0, 1}));
  EXPECT_EQ(stored["truncated_tokens valid"], (Stored{0, 3}));
}

}  // namespace
}  // namespace synthbench
