// Times and trainings are of one variant where the keys that belong to it agree.
#include "results/table.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

/// A dense variant with two synthesizing functions, both timed and trained, and a mixture that was trained in another way than timed.
class VariantsOfTheirOwn : public testing::Test {
 protected:
  void SetUp() override {
    add("vanilla", Json::object());
    add("dense", {{"synthesizer", "ffn"}});
    add("dense", {{"synthesizer", "conv3"}});
    cells_.push_back(timed_cell("dense+vanilla", {{"mixing", "sum"}}));
    cells_.push_back(training("dense+vanilla", {{"mixing", "softmax"}}));
    sweep_ = std::make_unique<Sweep>(folder_ / "r.db", cells_);
    std::mt19937_64 random(3);
    sweep_->finish_all([&](const Store::CellState& cell) {
      const bool conv = cell.config.value("synthesizer", "") == "conv3", vanilla = cell.config["variant"] == "vanilla";
      if (cell.config["kind"] == "train") return learnt(vanilla ? 6 : conv ? 5 : 9);
      return timed(launches(vanilla ? 2e-3 : conv ? 1e-3 : 3e-3, random));
    });
  }
  void add(const char* variant, const Json& own) {
    cells_.push_back(timed_cell(variant, own));
    cells_.push_back(training(variant, own));
  }
  CellRow timed_cell(const char* variant, const Json& own) const {
    Json config = {{"variant", variant}, {"seq_len", 512}};
    config.update(own);
    return a_cell(config, 0, std::ssize(cells_) + 1);
  }
  CellRow training(const char* variant, const Json& own) const {
    Json config = {{"kind", "train"}, {"variant", variant}, {"task", "lm"}, {"data.name", "plays"}, {"train.steps", 300}};
    config.update(own);
    return a_cell(config, 0, std::ssize(cells_) + 1);
  }

  TempFolder folder_;
  std::vector<CellRow> cells_;
  std::unique_ptr<Sweep> sweep_;
};

TEST_F(VariantsOfTheirOwn, StandOnTheFrontWithTheirOwnTraining) {
  const Table front = make_table(*sweep_->store, "pareto", {});
  EXPECT_EQ(front.rows.size(), 3u) << "the mixture was timed as one and trained as another\n" << format_table(front, "md");
  EXPECT_EQ(line(front, {"dense", "conv3"})["ppl"].value, 5);
  EXPECT_EQ(line(front, {"dense", "ffn"})["ppl"].value, 9);
  EXPECT_EQ(line(front, {"dense", "ffn"})["beaten_by"].value, "dense (synthesizer conv3)");
}

TEST_F(VariantsOfTheirOwn, BothHalvesOfTheFrontHaveTheirFooter) {
  const Table front = make_table(*sweep_->store, "pareto", {});
  EXPECT_TRUE(has(front.caption, "timed: ") && has(front.caption, "trained: ") && has(front.caption, "task lm")) << front.caption;
  EXPECT_TRUE(has(notes(front), "ppl on test: lower is better")) << notes(front);
  EXPECT_TRUE(has(notes(front), "n = 1 seed; 4 of 4 cells have a result")) << notes(front);
  EXPECT_EQ(std::ranges::count_if(front.notes, [](const std::string& note) { return note.starts_with("machine: "); }), 1) << notes(front);
  EXPECT_TRUE(has(notes(front), "trained: equal in all rows: data.name") || has(front.caption, "data.name plays")) << notes(front);
}

TEST_F(VariantsOfTheirOwn, ArePricedByTheirOwnTraining) {
  const std::string sentence = verdict_sentence(*sweep_->store, sweep_->id).value_or("");
  EXPECT_EQ(sentence.rfind("dense (synthesizer conv3) is ", 0), 0u) << sentence;
  EXPECT_TRUE(has(sentence, "faster than vanilla") && has(sentence, "gains 16.7 % perplexity")) << sentence;
}

}  // namespace
}  // namespace synthbench
