// compare: what a side is. Cells that it excluded or never tried, baselines, names that mean several things.
#include "results/noise_floor.h"
#include "results/reference_rows.h"
#include "results/sweep_named.h"
#include "tests/results/comparisons.h"

namespace synthbench {
namespace {

TEST(CompareSides, ExcludedCellsSayWhyAndBothSidesExclusionsAreNoRow) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(97);
  for (const char* name : {"before", "after"}) {
    std::vector<CellRow> cells;
    for (const std::int64_t length : {64, 128, 256}) {
      cells.push_back(a_cell({{"seq_len", length}}, 0, std::ssize(cells) + 1));
      const bool excluded = length == 256 || (length == 128 && std::string(name) == "after");
      if (excluded) cells.back().state = "excluded";
      if (excluded) cells.back().reason = "the oracle is slow";
    }
    Sweep sweep(path, cells, name);
    sweep.finish_all([&](const Store::CellState&) { return timed(launches(1e-3, random)); });
  }
  const auto rows = by_length(compared(path, "before", "after"));
  EXPECT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows.at(64).verdict, "same");
  EXPECT_EQ(rows.at(128).verdict, "only-a");
  EXPECT_EQ(rows.at(128).note, "B is excluded: the oracle is slow");
}

TEST(CompareSides, ABuildsCellsThatWereNeverTriedSayWhy) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(101);
  std::vector<CellRow> cells;
  for (const std::int64_t length : {64, 128, 256}) cells.push_back(a_cell({{"seq_len", length}}, 0, std::ssize(cells) + 1));
  {
    std::vector<CellRow> fewer = cells;
    fewer[2].state = "excluded";
    fewer[2].reason = "too long";
    Sweep sweep(path, fewer, "nightly");
    ASSERT_TRUE(sweep.store->mark(sweep.store->cells(sweep.id).at(1).cell_id, "oom", "backstop: cell 1"));
    sweep.finish_all([&](const Store::CellState&) { return timed(launches(1e-3, random)); });
    save_baseline(*sweep.store, "golden", std::nullopt);
  }
  Sweep after(path, cells, "after", a_build("feed5678"));
  after.finish_all([&](const Store::CellState&) { return timed(launches(1e-3, random)); });
  const auto rows = by_length(compared(path, "golden", "after"));
  EXPECT_EQ(rows.at(64).verdict, "same");
  EXPECT_EQ(rows.at(128).note, "A is oom: backstop: cell 1");
  EXPECT_EQ(rows.at(256).note, "A is excluded: too long");
  EXPECT_EQ(rows.at(256).verdict, "only-b");
}

TEST(CompareSides, ANameOfSeveralSweepsIsTold) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(103);
  measure(path, "grid", {{16, 1e-3}}, random);
  measure(path, "grid", {{17, 1e-3}}, random);
  measure(path, "other", {{17, 1e-3}}, random);
  const ComparisonTable table = compared(path, "grid", "other");
  ASSERT_EQ(table.warnings.size(), 1u);
  EXPECT_TRUE(table.warnings[0].starts_with("2 sweeps are named 'grid': the latest (s")) << table.warnings[0];
  EXPECT_TRUE(has(format_table(table_of(table), "md"), "2 sweeps are named 'grid'"));
  EXPECT_TRUE(compared(path, "s2", "other").warnings.empty()) << "a number is one sweep";
  const auto store = Store::open_to_read(path);
  EXPECT_FALSE(namesakes(*store, "other"));
  EXPECT_FALSE(namesakes(*store, "nobody"));
}

TEST(CompareSides, ABaselineTellsWhatItCovers) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(107);
  const std::vector<CellRow> cells = some_cells({16, 17}, {0});
  const auto result = [&](const Store::CellState&) { return timed(launches(1e-3, random)); };
  {
    Sweep sweep(path, cells);
    const Store::CellState first = sweep.store->cells(sweep.id).front();
    const auto claimed = sweep.claim(first.cell_id);
    ASSERT_TRUE(claimed);
    ASSERT_TRUE(sweep.store->finish(*claimed, "me", result(first)));
    const SavedBaseline whole = save_baseline(*sweep.store, "half", std::nullopt);
    EXPECT_EQ(whole.cells, 1);
    EXPECT_EQ(whole.left_out, 0) << "what has no result is nobody's";
  }
  Sweep later(path, cells, "test", a_build("feed5678"));
  later.finish_all(result);
  const SavedBaseline mixed = save_baseline(*later.store, "mixed", std::nullopt);
  EXPECT_EQ(mixed.cells, 1);
  EXPECT_EQ(mixed.left_out, 1);
}

TEST(CompareSides, ABaselineIsWhatItsSweepHadWhenItWasSaved) {
  TempFolder folder;
  std::mt19937_64 random(131);
  Sweep sweep(folder / "r.db", some_cells({16, 17}, {0}), "nightly");
  const auto finish = [&](const auto& cell) { ASSERT_TRUE(sweep.store->finish(*cell, "me", timed(launches(1e-3, random)))); };
  finish(sweep.claim(1));
  measure(folder / "r.db", "other", {{16, 3e-3}}, random);
  const auto running = sweep.claim(2);
  save_baseline(*sweep.store, "golden", sweep.id);
  finish(running);
  sweep.store->reopen(sweep.id, {});
  finish(sweep.claim(1));
  const auto rows = by_length(compared(folder / "r.db", "golden", "nightly"));
  EXPECT_EQ(rows.at(16).a->attempts, std::vector<std::int64_t>{1});
  EXPECT_EQ(rows.at(16).b->attempts, std::vector<std::int64_t>{4}) << "of the same build";
  EXPECT_FALSE(rows.at(17).a) << "it ran when the baseline was saved";
}

TEST(CompareSides, BackendsOfTwoBuildsPairUpWhereEachIsOfOneAlone) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(109);
  const auto run = [&](const std::string& name, const char* backend, const BuildRow& build, double seconds) {
    Sweep sweep(path, {a_cell({{"backend", backend}}, 0, 1)}, name, build);
    sweep.finish_all([&](const Store::CellState&) { return timed(launches(seconds, random)); });
  };
  run("one", "eigen", a_build(), 1e-3);
  run("two", "torch", a_build("feed5678"), 2e-3);
  CompareOptions across;
  across.across_env = true;
  const ComparisonTable table = compared(path, "eigen", "torch", across);
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_EQ(table.rows[0].verdict, "slower");
  EXPECT_TRUE(has(table.rows[0].note, "A on build c0ffee0/")) << table.rows[0].note;
  run("three", "torch", a_build(), 3e-3);  // now eigen's build has both
  const ComparisonTable more = compared(path, "eigen", "torch", across);
  ASSERT_EQ(more.rows.size(), 2u) << "of the other build torch alone is known: it meets the only eigen";
  EXPECT_NEAR(*more.rows[0].ratio, 3, 0.1);
  EXPECT_TRUE(more.rows[0].note.starts_with("build c0ffee0/")) << more.rows[0].note;
  EXPECT_NEAR(*more.rows[1].ratio, 2, 0.1);
}

TEST(CompareSides, CellsStillToRunDoNotMeetOnesOfOtherPlacesAgain) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(127);
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "dense"}) {
    for (const std::int64_t seed : {0, 1}) cells.push_back(a_cell({{"variant", variant}}, seed, std::ssize(cells) + 1));
  }
  Sweep sweep(path, cells);
  for (const Store::CellState& cell : sweep.store->cells(sweep.id)) {
    if (cell.seed != 0) continue;
    const auto claimed = sweep.claim(cell.cell_id);
    ASSERT_TRUE(claimed);
    ASSERT_TRUE(sweep.store->finish(*claimed, "me", timed(launches(1e-3, random))));
  }
  CompareOptions across;
  across.across_env = true;
  for (const Comparison& row : compared(path, "dense", "vanilla", across).rows) EXPECT_FALSE(row.verdict.starts_with("only-")) << row.note;
}

TEST(CompareSides, ATrainingHeldAgainstItselfHasTheRatioOne) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", {trained("vanilla", 0, 1, 4096)}, "nightly");
  sweep.finish_all([](const Store::CellState&) { return scored("ppl", 40, "lower"); });
  save_baseline(*sweep.store, "golden", std::nullopt);
  const Comparison row = compared(folder / "r.db", "golden", "nightly").rows.at(0);
  EXPECT_EQ(row.verdict, "same");
  EXPECT_EQ(row.ratio, 1);
}

TEST(CompareSides, WhatIsOneMeasurementOnBothSidesIsNoComparisonOfHolm) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(113);
  const std::vector<CellRow> cells = some_cells({16, 17, 18}, {0});
  {
    Sweep before(path, cells, "before");
    before.finish_all([&](const Store::CellState& cell) {
      AttemptResult result = timed(launches(1e-3, random));
      if (cell.config["seq_len"] == 18) result.volatile_facts["measure"] = {{"launches", 4}};  // which is not reused
      return result;
    });
  }
  Sweep after(path, cells, "after");
  ReuseRule rule;
  rule.build_sha = after.store->select("SELECT build_sha FROM build").at(0)["build_sha"];
  rule.env_sha = after.store->select("SELECT env_sha FROM env").at(0)["env_sha"];
  ASSERT_EQ(after.store->reuse(after.id, rule).cells, 2);
  after.finish_all([&](const Store::CellState&) { return timed(launches(1.1e-3, random)); });
  const ComparisonTable table = compared(path, "before", "after");
  const auto rows = by_length(table);
  for (const std::int64_t length : {16, 17}) {
    EXPECT_EQ(rows.at(length).note, "the same measurements");
    EXPECT_EQ(rows.at(length).verdict, "same");
    EXPECT_TRUE(rows.at(length).judged);
  }
  EXPECT_EQ(rows.at(18).verdict, "slower");
  EXPECT_TRUE(has(format_table(table_of(table), "md"), "Holm-corrected over 1 comparison at"));
}

TEST(NoiseFloors, OneLaunchASideHasNoRatesOfVerdicts) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", {a_cell({{"seq_len", 64}}, 0, 1)}, "calibrate");
  std::mt19937_64 random(127);
  sweep.finish_all([&](const Store::CellState&) {
    std::vector<std::vector<double>> processes;
    for (int i = 0; i < 5; ++i) {
      for (auto& process : launches(1e-3, random)) processes.push_back(std::move(process));
    }
    return timed(processes);
  });
  EXPECT_FALSE(measured_floors(*sweep.store, sweep.id, 1, 20).at(0).rates) << "compare would never give a verdict";
  const auto two = measured_floors(*sweep.store, sweep.id, 2, 20);
  ASSERT_TRUE(two.at(0).rates);
  EXPECT_EQ(two.at(0).rates->draws, 20);
}

}  // namespace
}  // namespace synthbench
