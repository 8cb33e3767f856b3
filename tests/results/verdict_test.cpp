// The sentence that a run ends with.
#include "results/reference_rows.h"
#include "results/table.h"
#include "tests/results/trained_sweep.h"

namespace synthbench {
namespace {

/// A time at one length and a training, of vanilla and of another variant.
std::vector<CellRow> timed_and_trained(const char* other) {
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", other}) {
    cells.push_back(a_cell({{"variant", variant}, {"seq_len", 512}}, 0, std::ssize(cells) + 1));
    cells.push_back(trained(variant, 0, std::ssize(cells) + 1, 10));
  }
  return cells;
}

TEST(Verdict, SaysSlowerAndGainsWhereThatIsSo) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", timed_and_trained("dense"));
  EXPECT_FALSE(verdict_sentence(*sweep.store, sweep.id)) << "nothing is measured yet";
  finish(sweep);
  const std::string sentence = verdict_sentence(*sweep.store, sweep.id).value_or("");
  EXPECT_EQ(sentence.rfind("dense is 1.5", 0), 0u) << sentence;
  EXPECT_TRUE(has(sentence, "x slower than vanilla [1.4")) << sentence;
  EXPECT_TRUE(has(sentence, "at length 512 on eigen and gains 1.7 % perplexity (n = 1)")) << sentence;
}

TEST(Verdict, OfAVariantThatWasTrainedInTwoWaysNothingIsSaid) {
  TempFolder folder;
  std::vector<CellRow> cells;
  const auto next = [&] { return static_cast<std::int64_t>(cells.size()) + 1; };
  for (const char* variant : {"vanilla", "dense"}) {
    cells.push_back(a_cell({{"variant", variant}, {"seq_len", 512}}, 0, next()));
    cells.push_back(trained(variant, 0, next(), 10));
  }
  cells.push_back(cells.back());
  cells.back().ordinal = next() - 1;
  cells.back().config["w2"] = "shared";
  cells.back().config_sha = std::string(64, 'e');
  Sweep sweep(folder / "r.db", cells);
  finish(sweep);
  EXPECT_FALSE(verdict_sentence(*sweep.store, sweep.id));
}

TEST(Verdict, OneProcessMakesAFactorOfAbout) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", timed_and_trained("random"));
  sweep.finish_all([](const Store::CellState& cell) {
    return cell.config["kind"] == "train" ? learnt(6) : timed({{cell.config["variant"] == "vanilla" ? 2.0 : 1.0}});
  });
  const std::string sentence = verdict_sentence(*sweep.store, sweep.id).value_or("");
  EXPECT_TRUE(has(sentence, "random is about 2.00x faster than vanilla at length 512")) << sentence;
}

TEST(Verdict, WhatLiesWithinTheNoiseOfTheMachineIsNoDifference) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", timed_and_trained("random"));
  std::mt19937_64 random(73);
  sweep.finish_all([&](const Store::CellState& cell) {
    return cell.config["kind"] == "train" ? learnt(6) : timed(launches(cell.config["variant"] == "vanilla" ? 1.0 : 0.9, random));
  });
  EXPECT_TRUE(has(*verdict_sentence(*sweep.store, sweep.id), "random is 1.1")) << *verdict_sentence(*sweep.store, sweep.id);
  store_noise_floors(*sweep.store, sweep.env, {{"eigen", time_bucket(1.0), 20, 0.2}});
  EXPECT_TRUE(has(*verdict_sentence(*sweep.store, sweep.id), "neither faster nor slower")) << *verdict_sentence(*sweep.store, sweep.id);
}

TEST(Verdict, DoesNotCallANoiseFaster) {
  TempFolder folder;
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "random"}) {
    cells.push_back(a_cell({{"variant", variant}, {"seq_len", 512}}, 0, static_cast<std::int64_t>(cells.size()) + 1));
    cells.push_back(trained(variant, 0, static_cast<std::int64_t>(cells.size()) + 1, 10));
  }
  Sweep sweep(folder / "r.db", cells);
  sweep.finish_all([](const Store::CellState& cell) {
    if (cell.config["kind"] == "train") return learnt(6);
    return cell.config["variant"] == "vanilla" ? timed({{1.0, 1.1, 0.9}, {0.8, 1.2, 1.0}}) : timed({{0.95, 1.1, 0.9}, {0.8, 1.15, 1.0}});
  });
  const std::string sentence = verdict_sentence(*sweep.store, sweep.id).value_or("");
  EXPECT_TRUE(has(sentence, "random is neither faster nor slower than vanilla")) << sentence;
  EXPECT_TRUE(has(sentence, "has the same perplexity (n = 1)")) << sentence;
}

}  // namespace
}  // namespace synthbench
