// The papers' tables: of which cells they speak, and what of ours may be subtracted from what was published.
#include "harness/base/error.h"
#include "results/report.h"
#include "results/table.h"
#include "tests/results/reading_tables.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

CellRow training(Json config, std::int64_t seed, std::int64_t ordinal) {
  config.emplace("kind", "train");
  config.emplace("task", "lm");
  config.emplace("data.name", "lm1b");
  return a_cell(std::move(config), seed, ordinal);
}

class PaperTables : public testing::Test {
 protected:
  Store& finished(const std::vector<CellRow>& cells, const std::function<AttemptResult(const Store::CellState&)>& result) {
    sweep_ = std::make_unique<Sweep>(folder_ / "r.db", cells);
    sweep_->finish_all(result);
    return *sweep_->store;
  }
  static AttemptResult accurate(double share) {
    AttemptResult result = ended("done", "");
    result.metrics.push_back({.name = "accuracy", .unit = "1", .better = "higher", .split = "test", .value = share});
    return result;
  }

  TempFolder folder_;
  std::unique_ptr<Sweep> sweep_;
};

TEST_F(PaperTables, ADatabaseOfOtherTasksHasNone) {
  Sweep sweep(folder_ / "r.db", sweep_cells());
  finish(sweep);
  for (const char* name : {"paper3", "paper4", "paper5", "paper6", "paper7", "functions", "heads", "narang", "lra"}) {
    EXPECT_THROW(make_table(*sweep.store, name, {}), NothingDone) << name << ": the trainings here are of language models";
  }
  EXPECT_NO_THROW(make_table(*sweep.store, "paper2", {}));
  const std::string page = report(*sweep.store, {});
  for (const char* name : {"paper5", "paper6", "narang", "lra"}) EXPECT_FALSE(has(page, std::string("id=\"") + name + "\"")) << name;
}

TEST_F(PaperTables, TheArenaReadsBytes) {
  const auto text = [](const char* tokenizer, std::int64_t ordinal) {
    return training({{"task", "classification"}, {"data.name", "imdb"}, {"data.tokenizer", tokenizer}}, 0, ordinal);
  };
  Store& store = finished({text("bpe", 1), text("bytes", 2)},
                          [](const Store::CellState& cell) { return accurate(cell.config["data.tokenizer"] == "bytes" ? 0.5 : 0.9); });
  const Table lra = make_table(store, "lra", {});
  EXPECT_EQ(line(lra, {"Transformer"})["text"].value, 50.0) << format_table(lra, "md");
  EXPECT_TRUE(has(notes(lra), "retrieval: published alone")) << notes(lra);
}

TEST_F(PaperTables, SizesHaveNoIntervalAndADifferenceForTheSameDataAlone) {
  const auto cells = [](const char* data) {
    return std::vector{training({{"variant", "vanilla"}, {"data.name", data}}, 0, 1),
                       training({{"variant", "vanilla"}, {"data.name", data}}, 1, 2)};
  };
  const auto result = [](const Store::CellState& cell) {
    AttemptResult learnt_model = learnt(40 + static_cast<double>(cell.seed));
    learnt_model.metrics.push_back({.name = "parameters", .unit = "1", .better = "none", .value = 60e6});
    return learnt_model;
  };
  Sweep same(folder_ / "same.db", cells("lm1b")), other(folder_ / "other.db", cells("plays"));
  same.finish_all(result);
  other.finish_all(result);
  const auto sizes = [](Store& store) { return line(make_table(store, "paper2", {.paper = true}), {"Transformer", "lm_params"}); };
  auto of_same = sizes(*same.store), of_other = sizes(*other.store);
  EXPECT_NEAR(of_same["difference"].value.get<double>(), -10, 1e-9) << "60M of 70M";
  EXPECT_TRUE(of_same["interval"].value.is_null()) << "a count has no error: " << shown(of_same["interval"]);
  EXPECT_TRUE(of_other["difference"].value.is_null()) << shown(of_other["difference"]);
  EXPECT_TRUE(
      has(notes(make_table(*other.store, "paper2", {.paper = true})), "lm_params: no difference, as the published values are of lm1b"));
  auto quality = line(make_table(*same.store, "paper2", {.paper = true}), {"Transformer", "lm1b_ppl"});
  EXPECT_TRUE(quality["interval"].value.is_array());
}

TEST_F(PaperTables, WhatTheGridLeftOutIsSaidOfTheConfigsThatTheTableSpeaksOf) {
  std::vector<CellRow> cells = {training({{"variant", "vanilla"}}, 0, 1), training({{"variant", "dense+vanilla"}}, 0, 2),
                                training({{"variant", "dense+vanilla"}, {"task", "copy"}}, 0, 3)};
  for (const std::size_t i : {1u, 2u}) {
    cells[i].state = "excluded";
    cells[i].reason = "[match] 40 % more parameters than vanilla";
  }
  Store& store = finished(cells, [](const auto&) { return learnt(40); });
  EXPECT_TRUE(has(notes(make_table(store, "paper2", {})), "left out by the grid: 1 excluded: [match] 40 % more parameters"))
      << notes(make_table(store, "paper2", {}));
}

TEST_F(PaperTables, ANumberOfFewerSeedsThanOthersSaysSo) {
  Store& store = finished(
      {training({{"variant", "vanilla"}}, 0, 1), training({{"variant", "vanilla"}}, 1, 2), training({{"variant", "random"}}, 0, 3)},
      [](const auto&) { return learnt(40); });
  const Table paper = make_table(store, "paper2", {});
  EXPECT_EQ(shown(line(paper, {"Synthesizer (Random)"})["lm1b_ppl"]), "40.00 (n=1)") << format_table(paper, "md");
  EXPECT_EQ(shown(line(paper, {"Transformer"})["lm1b_ppl"]), "40.00");
}

}  // namespace
}  // namespace synthbench
