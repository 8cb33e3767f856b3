// compare: what may be held against what. Seeds that one side lacks, cells that were measured differently, names that mean several things.
#include <limits>

#include "results/noise_floor.h"
#include "results/reference_rows.h"
#include "results/sweep_named.h"
#include "tests/results/comparisons.h"

namespace synthbench {
namespace {

/// One sweep of a cell over seeds, by what `result` gives for each seed.
template <typename MakeResult>
void over_seeds(const std::string& path, const std::string& name, const std::vector<std::int64_t>& seeds, MakeResult result,
                const Json& config = {{"seq_len", 64}}) {
  std::vector<CellRow> cells;
  for (const std::int64_t seed : seeds) cells.push_back(a_cell(config, seed, std::ssize(cells) + 1));
  Sweep sweep(path, cells, name);
  sweep.finish_all([&](const Store::CellState& cell) { return result(cell.seed); });
}

class CompareSeeds : public testing::Test {
 protected:
  /// Each seed takes a time of its own, as where it draws the lengths of the keys.
  AttemptResult by_seed(std::int64_t seed) { return timed(launches(1e-3 * static_cast<double>(1 + seed), random)); }
  Comparison only_row() { return compared(path, "before", "after").rows.at(0); }

  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random{83};
};

TEST_F(CompareSeeds, BothSidesAreHeldToTheSeedsThatBothHaveAndTheOthersAreSaid) {
  over_seeds(path, "before", {0, 2, 8, 9}, [&](std::int64_t seed) { return by_seed(seed); });
  over_seeds(path, "after", {0, 2, 8, 7}, [&](std::int64_t seed) { return seed == 8 ? ended("crashed", "SIGSEGV") : by_seed(seed); });
  const Comparison row = only_row();
  EXPECT_EQ(row.a->seeds, 2u);
  EXPECT_EQ(row.a->processes, 8u);
  EXPECT_NEAR(*row.ratio, 1, 0.02) << "seeds 8 and 9 take four times as long";
  EXPECT_TRUE(has(row.note, "B: seed 8 crashed: SIGSEGV")) << row.note;
  EXPECT_TRUE(has(row.note, "B has no seed 9")) << row.note;
  EXPECT_TRUE(has(row.note, "A has no seed 7")) << row.note;
}

TEST_F(CompareSeeds, SidesThatShareNoSeedArePooledAndItIsSaid) {
  over_seeds(path, "before", {0, 1}, [&](std::int64_t) { return by_seed(0); });
  over_seeds(path, "after", {2, 3}, [&](std::int64_t) { return by_seed(0); });
  const Comparison row = only_row();
  EXPECT_EQ(row.note, "no seed in common: all are pooled (A 0, 1; B 2, 3)");
  EXPECT_EQ(row.verdict, "same");
  EXPECT_EQ(row.b->processes, 8u);
}

TEST_F(CompareSeeds, SidesThatShareNoSeedAreOtherWorkWhereTheSeedDrawsLengths) {
  const Json drawn = {{"seq_len", 64}, {"key_lengths", "random"}};
  over_seeds(
      path, "before", {0}, [&](std::int64_t seed) { return by_seed(seed); }, drawn);
  over_seeds(
      path, "after", {1}, [&](std::int64_t seed) { return by_seed(seed); }, drawn);
  const ComparisonTable table = compared(path, "before", "after");
  const Comparison& row = table.rows.at(0);
  EXPECT_EQ(row.note, "no seed in common, and the seed draws the lengths of keys (A 0; B 1)");
  EXPECT_EQ(row.verdict, "ambiguous");
  EXPECT_FALSE(row.ratio);
  EXPECT_FALSE(table.judged);
}

TEST_F(CompareSeeds, OneSidedRowsSayHowEachSeedEnded) {
  over_seeds(path, "before", {0, 1, 2}, [&](std::int64_t seed) { return seed == 2 ? ended("oom", "too large") : by_seed(seed); });
  over_seeds(path, "after", {0, 1}, [&](std::int64_t seed) { return ended("crashed", seed == 0 ? "SIGSEGV" : "SIGABRT"); });
  const Comparison row = only_row();
  EXPECT_EQ(row.verdict, "only-a");
  EXPECT_EQ(row.note, "B: seed 1 crashed: SIGABRT; seed 0 crashed: SIGSEGV; A: seed 2 oom: too large");
}

TEST_F(CompareSeeds, TrainingsAreTooAndASeedThatOnlyOneSideRanDoesNotJudgeTheOther) {
  std::vector<CellRow> cells;
  for (const auto& [variant, seed] : {std::pair("vanilla", 0), {"vanilla", 1}, {"random", 1}, {"random", 2}}) {
    cells.push_back(trained(variant, seed, std::ssize(cells) + 1, 4096));
  }
  Sweep sweep(path, cells);
  sweep.finish_all(
      [](const Store::CellState& cell) { return scored("ppl", cell.seed == 2 ? std::numeric_limits<double>::infinity() : 6.0, "lower"); });
  const ComparisonTable table = compared(path, "vanilla", "random");
  const Comparison& row = table.rows.at(0);
  EXPECT_EQ(row.verdict, "ambiguous") << "seed 2 diverged, which vanilla never ran";
  EXPECT_EQ(row.note, "1 seed in common, which says nothing about the next; A has no seed 2; B has no seed 0");
  EXPECT_FALSE(table.judged);
}

TEST_F(CompareSeeds, OneEqualSeedIsNotTheSameAndTwoAre) {
  const auto equal = [](bool, std::int64_t) { return scored("ppl", 6, "lower"); };
  const Comparison one = compared_trainings(1, {}, equal), two = compared_trainings(2, {}, equal);
  EXPECT_EQ(one.verdict, "ambiguous");
  EXPECT_FALSE(one.judged);
  EXPECT_EQ(two.verdict, "same");
  EXPECT_TRUE(to_json(two).at("floor").is_null()) << "quality has none";
}

/// The times of two sweeps of one cell, the second changed by `change`.
template <typename Change>
ComparisonTable compared_times(Change change, std::int64_t seed = 89) {
  TempFolder folder;
  std::mt19937_64 random(static_cast<std::uint64_t>(seed));
  for (const char* name : {"before", "after"}) {
    over_seeds(folder / "r.db", name, {0}, [&](std::int64_t) {
      AttemptResult result = timed(launches(1e-3, random));
      change(result, std::string(name) == "after");
      return result;
    });
  }
  return compared(folder / "r.db", "before", "after");
}

void expect_ambiguous(const ComparisonTable& table, const std::string& note) {
  const Comparison& row = table.rows.at(0);
  EXPECT_EQ(row.verdict, "ambiguous");
  EXPECT_EQ(row.note, note);
  EXPECT_TRUE(row.ratio);
  EXPECT_FALSE(row.p);
  EXPECT_FALSE(table.judged);
}

TEST(CompareWays, HotAndColdAreNotCompared) {
  const auto cold = [](AttemptResult& result) {
    for (SampleRow& sample : result.samples) sample.cache = "cold";
  };
  expect_ambiguous(compared_times([&](AttemptResult& result, bool after) {
                     if (after) cold(result);
                   }),
                   "measured differently: cache cold and hot");
  EXPECT_EQ(compared_times([&](AttemptResult& result, bool) { cold(result); }).rows.at(0).verdict, "same") << "both are cold";
}

TEST(CompareWays, TheClockOfADeviceAndTheHostsAreNotCompared) {
  expect_ambiguous(compared_times([](AttemptResult& result, bool after) {
                     for (SampleRow& sample : result.samples) sample.clock = after ? "cuda_event" : "wall";
                   }),
                   "measured differently: clock cuda_event and wall");
}

TEST(CompareWays, NumbersOfProcessorsAreNotCompared) {
  const auto kept_to = [](AttemptResult& result, int processors) { result.volatile_facts["measure"] = {{"processors", processors}}; };
  expect_ambiguous(compared_times([&](AttemptResult& result, bool after) {
                     if (!after) kept_to(result, 1);
                   }),
                   "measured differently: processors 1 and 2");
  EXPECT_EQ(compared_times([&](AttemptResult& result, bool) { kept_to(result, 1); }).rows.at(0).verdict, "same");
  EXPECT_EQ(compared_times([&](AttemptResult& result, bool after) {
              if (after) kept_to(result, 2);  // all that the machine has
            })
                .rows.at(0)
                .verdict,
            "same");
}

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
