// compare: planted differences are found, equal things are not told apart, nothing disappears.
#include "results/compare.h"

#include <limits>
#include <map>
#include <random>

#include "results/reference_rows.h"
#include "results/sqlite_store.h"
#include "tests/results/comparisons.h"

namespace synthbench {
namespace {

TEST(Compare, FindsPlantedShiftsAndKeepsWhatOneSideLacks) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(41);
  measure(path, "before", {{16, 1e-3}, {17, 1e-3}, {18, 1e-3}, {19, 1e-3}, {20, 1e-3}, {22, 0}}, random);
  measure(path, "after", {{16, 1.1e-3}, {17, 0.8e-3}, {18, 1e-3}, {19, 0}, {21, 1e-3}, {22, 0}}, random);
  const ComparisonTable table = compared(path, "before", "after");
  const auto rows = by_length(table);
  EXPECT_EQ(rows.at(16).key, Json({{"seq_len", 16}})) << "what is equal in all rows is no key";
  EXPECT_EQ(rows.at(16).verdict, "slower");
  EXPECT_NEAR(*rows.at(16).ratio, 1.1, 0.02);
  EXPECT_TRUE(rows.at(16).interval->lo < 1.1 && 1.1 < rows.at(16).interval->hi);
  EXPECT_EQ(rows.at(17).verdict, "faster");
  EXPECT_EQ(rows.at(18).verdict, "same");
  EXPECT_EQ(rows.at(19).verdict, "only-a");
  EXPECT_TRUE(has(rows.at(19).note, "crashed: SIGSEGV")) << rows.at(19).note;
  EXPECT_EQ(rows.at(20).verdict, "only-a");
  EXPECT_EQ(rows.at(21).verdict, "only-b");
  EXPECT_EQ(rows.at(22).verdict, "ambiguous");
  EXPECT_EQ(rows.size(), 7u) << "a cell that crashed on both sides is a row";
  EXPECT_TRUE(table.judged);
  EXPECT_TRUE(has(format_table(table_of(table), "md"), "Holm-corrected over 3 comparisons"));
}

TEST(Compare, AClockWhoseSamplesWereAllDiscardedIsNone) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", {a_cell({{"seq_len", 64}}, 0, 1)});
  sweep.finish_all([](const Store::CellState&) {
    AttemptResult result = timed({{1e-3, 1e-3}, {1e-3}});
    SampleRow throttled{.phase = "measure", .cache = "hot", .clock = "cuda_event", .total_ns = 5, .discarded = "throttled"};
    result.samples.push_back(throttled);
    return result;
  });
  EXPECT_EQ(processes_of(*sweep.store, read_cells(*sweep.store, {}, {"speed"}, false).rows.at(0)).size(), 2u);
}

TEST(Compare, ALaunchWithoutATimeOfTheDeviceCountsAllByTheHosts) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", {a_cell({{"seq_len", 64}}, 0, 1)});
  bool believed = true;
  const auto measure_anew = [&] {
    sweep.store->reopen(sweep.id, {});
    sweep.finish_all([&](const Store::CellState&) {
      AttemptResult result = timed({{2e-3, 2e-3}, {2e-3}});
      for (const std::int64_t launch : {0, 1}) {
        SampleRow event{.phase = "measure", .cache = "hot", .clock = "cuda_event", .round = launch, .total_ns = 1'000'000};
        if (launch == 1 && !believed) event.discarded = "clocks disagree";
        result.samples.push_back(event);
      }
      return result;
    });
    return processes_of(*sweep.store, read_cells(*sweep.store, {}, {"speed"}, false).rows.at(0));
  };
  EXPECT_EQ(measure_anew(), (Launches{{1e-3}, {1e-3}}));
  believed = false;
  EXPECT_EQ(measure_anew(), (Launches{{2e-3, 2e-3}, {2e-3}}));
}

TEST(Compare, OneProcessIsNoEvidence) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  for (const char* name : {"before", "after"}) {
    Sweep sweep(path, {a_cell({{"seq_len", 64}}, 0, 1)}, name);
    sweep.finish_all([&](const Store::CellState&) { return timed({{name[0] == 'b' ? 1e-3 : 2e-3, 1e-3}}); });
  }
  const ComparisonTable table = compared(path, "before", "after");
  EXPECT_EQ(table.rows.at(0).verdict, "ambiguous");
  EXPECT_TRUE(has(table.rows.at(0).note, "launches")) << table.rows.at(0).note;
  EXPECT_FALSE(table.judged);
}

TEST(Compare, AStoredNoiseFloorSwallowsWhatIsSmaller) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(43);
  measure(path, "before", {{16, 1.5e-3}}, random);
  measure(path, "after", {{16, 1.6e-3}}, random);
  EXPECT_EQ(compared(path, "before", "after").rows.at(0).verdict, "slower");
  {
    const auto store = Store::open_to_write(path);
    store_noise_floors(*store, store->env_id(a_machine()), {{"eigen", time_bucket(1.5e-3), 20, 0.2}});
  }
  const ComparisonTable table = compared(path, "before", "after");
  EXPECT_EQ(table.rows.at(0).floor, 0.2);
  EXPECT_EQ(table.rows.at(0).verdict, "same");
}

TEST(Compare, BackendsAndVariantsPairOverWhatIsEqual) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::vector<CellRow> cells;
  const auto add = [&](Json config) { cells.push_back(a_cell(std::move(config), 0, std::ssize(cells) + 1)); };
  for (const char* backend : {"eigen", "torch"}) {
    add({{"backend", backend}});
    for (const int rank : {4, 8}) add({{"backend", backend}, {"variant", "factorized_random"}, {"rank", rank}});
  }
  Sweep sweep(path, cells);
  std::mt19937_64 random(47);
  sweep.finish_all([&](const Store::CellState& cell) { return timed(launches(cell.config["backend"] == "eigen" ? 1e-3 : 2e-3, random)); });
  const ComparisonTable backends = compared(path, "eigen", "torch");
  EXPECT_EQ(backends.rows.size(), 3u);
  for (const Comparison& row : backends.rows) {
    EXPECT_EQ(row.verdict, "slower");
    EXPECT_FALSE(row.key.contains("backend"));
  }
  const ComparisonTable variants = compared(path, "vanilla", "factorized_random");
  EXPECT_EQ(variants.rows.size(), 4u) << "one vanilla cell of each backend meets both ranks";
  for (const Comparison& row : variants.rows) EXPECT_TRUE(row.ratio && row.key.contains("rank") && row.key.contains("backend"));
  EXPECT_TRUE(has(user_error([&] { compared(path, "eigen", "vanilla"); }), "two of a kind"));
}

TEST(Compare, MachinesAndBuildsAreNotMixedWithoutBeingAsked) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(53);
  measure(path, "here", {{16, 1e-3}}, random);
  measure(path, "there", {{16, 2e-3}}, random, a_build(), a_machine("elsewhere"));
  measure(path, "edited", {{16, 2e-3}}, random, a_build("feed5678"));
  EXPECT_TRUE(has(user_error([&] { compared(path, "here", "there"); }), "--across-env"));
  EXPECT_TRUE(has(user_error([&] { compared(path, "here", "edited"); }), "--across-env"));
  CompareOptions across;
  across.across_env = true;
  EXPECT_EQ(compared(path, "here", "there", across).rows.at(0).verdict, "slower");
}

TEST(Compare, ABaselineKeepsItsBuildWhenTheSweepIsMeasuredAnew) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(59);
  measure(path, "nightly", {{16, 1e-3}, {17, 1e-3}}, random);
  {
    const auto store = Store::open_to_write(path);
    save_baseline(*store, "golden", std::nullopt);
    EXPECT_TRUE(has(user_error([&] { save_baseline(*store, "golden", std::nullopt); }), "exists already"));
    save_baseline(*store, "last night", std::nullopt);
    EXPECT_TRUE(has(user_error([&] { save_baseline(*store, "last night", std::nullopt); }), "`synthbench baseline rm 'last night'`"));
    EXPECT_EQ(list_baselines(*store).rows.at(0)["sweep"], "nightly");
  }
  for (const Comparison& row : compared(path, "golden", "nightly").rows) EXPECT_EQ(row.note, "the same measurements");
  {
    Sweep again(path, {a_cell({{"seq_len", 16}}, 0, 1), a_cell({{"seq_len", 17}}, 0, 2)}, "nightly", a_build("feed5678"));
    again.store->reopen(again.id, {});
    again.finish_all([&](const Store::CellState&) { return timed(launches(1.5e-3, random)); });
  }
  for (const Comparison& row : compared(path, "golden", "nightly").rows) EXPECT_EQ(row.verdict, "slower") << row.note;
  const auto store = Store::open_to_write(path);
  remove_baseline(*store, "golden");
  EXPECT_TRUE(has(user_error([&] { remove_baseline(*store, "golden"); }), "golden"));
  EXPECT_TRUE(has(user_error([&] { compared(path, "golden", "nightly"); }), "golden"));
}

TEST(Compare, ABaselineHasWhatAMachineWhoseClockIsAheadMeasured) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells({16}, {0}), "nightly");
  sweep.finish_all([](const Store::CellState&) { return timed({{1e-3}}); });
  dynamic_cast<SqliteStore&>(*sweep.store).write([](const Connection& database) {
    database.prepare("UPDATE attempt SET ended_at='2999-01-01T00:00:00.000000Z'").run();
  });
  save_baseline(*sweep.store, "golden", std::nullopt);
  EXPECT_EQ(compared(folder / "r.db", "golden", "nightly").rows.at(0).note, "the same measurements");
}

TEST(Compare, QualityIsPairedBySeed) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "random"}) {
    for (std::int64_t seed = 0; seed < 4; ++seed) cells.push_back(trained(variant, seed, std::ssize(cells) + 1, 4096));
  }
  Sweep sweep(path, cells);
  sweep.finish_all([](const Store::CellState& cell) {
    const double seed_noise = 2.0 * static_cast<double>(cell.seed * cell.seed), own = 0.01 * static_cast<double>(cell.seed % 2);
    return learnt(6 + seed_noise + (cell.config["variant"] == "random" ? 0.3 + own : 0));
  });
  const Comparison row = compared(path, "vanilla", "random").rows.at(0);
  EXPECT_EQ(row.metric, "ppl");
  EXPECT_EQ(row.verdict, "worse") << "seeds differ by far more than the variants, and are paired";
  EXPECT_GT(*row.effect, 10);
  EXPECT_EQ(row.note, "4 seeds in common");
}

TEST(Compare, ATrainingThatDivergedIsWorse) {
  const auto at_seed = [](std::int64_t where) {
    return [where](bool random, std::int64_t seed) {
      const bool diverges = random && (where < 0 || seed == where);
      return scored("ppl", diverges ? std::numeric_limits<double>::infinity() : 6 + 0.1 * static_cast<double>(seed), "lower");
    };
  };
  for (const std::int64_t where : {-1, 1}) {
    const Comparison row = compared_trainings(3, {}, at_seed(where));
    EXPECT_EQ(row.metric, "ppl");
    EXPECT_EQ(row.verdict, "worse");
    EXPECT_EQ(row.note, where < 0 ? "B's ppl is not finite for seed 0, 1, 2" : "B's ppl is not finite for seed 1");
    EXPECT_TRUE(parse_fail_rules("worse>5%").at(0).holds(row));
    EXPECT_TRUE(row.judged) << "no exit 5";
  }
}

TEST(Compare, AQualityBelowZeroHasADirectionWithoutARatio) {
  const Comparison row = compared_trainings(4, {}, [](bool random, std::int64_t seed) {
    return scored("matthews", -0.2 + 0.01 * static_cast<double>(seed) + (random ? 0.1 + 0.001 * static_cast<double>(seed % 2) : 0),
                  "higher");
  });
  EXPECT_EQ(row.verdict, "better");
  EXPECT_FALSE(row.ratio);
  EXPECT_NEAR(*row.difference, 0.1005, 1e-12);
}

TEST(Compare, AMetricWithoutADirectionIsNeitherBetterNorWorse) {
  const Comparison row = compared_trainings(4, {}, [](bool random, std::int64_t seed) {
    return scored("loss", 3 + 0.01 * static_cast<double>(seed % 3) + (random ? 1 : 0) * (1 + 0.001 * static_cast<double>(seed)), "none");
  });
  EXPECT_LT(*row.p, 0.001);
  EXPECT_EQ(row.verdict, "ambiguous");
}

TEST(Compare, WhatWasComputedInTwoWaysIsNotCompared) {
  const Comparison row = compared_trainings(3, {}, [](bool random, std::int64_t seed) {
    return scored("bleu", 20 + (random ? 5 : 0) + static_cast<double>(seed), "higher", random ? "tok:13a" : "tok:none");
  });
  EXPECT_EQ(row.verdict, "ambiguous");
  EXPECT_TRUE(has(row.note, "tok:13a; tok:none")) << row.note;
  EXPECT_FALSE(row.p);
}

TEST(Compare, ATableNamesWhatWasComputedInTwoWaysAndMarksNoBest) {
  TempFolder folder;
  std::vector<CellRow> cells;
  for (const char* variant : {"vanilla", "random"}) {
    for (std::int64_t seed = 0; seed < 3; ++seed) cells.push_back(trained(variant, seed, std::ssize(cells) + 1, 4096));
  }
  Sweep sweep(folder / "r.db", cells);
  sweep.finish_all([&](const Store::CellState& cell) {
    const bool random = cell.config["variant"] == "random";
    return scored("bleu", (random ? 25 : 20) + 0.01 * static_cast<double>(cell.seed), "higher", random ? "tok:13a" : "tok:none");
  });
  const std::string table = format_table(make_table(*sweep.store, "quality", {}), "md");
  EXPECT_TRUE(has(table, "computed in 2 ways, which cannot be compared: bleu (tok:13a; tok:none)")) << table;
  EXPECT_FALSE(has(table, "**")) << table;
}

TEST(Compare, ARankTestSaysWhereItCannotSayAnything) {
  CompareOptions ranks;
  ranks.test = DifferenceTest::wilcoxon;
  const auto far_apart = [](bool random, std::int64_t seed) {
    return scored("ppl", 6 + 0.01 * static_cast<double>(seed) + (random ? 3 + 0.1 * static_cast<double>(seed) : 0), "lower");
  };
  const Comparison few = compared_trainings(5, ranks, far_apart);
  EXPECT_FALSE(few.p);
  EXPECT_EQ(few.note, "5 seeds in common: too few for a rank test at alpha = 0.05");
  EXPECT_EQ(compared_trainings(6, ranks, far_apart).verdict, "worse");
  TempFolder folder;
  std::mt19937_64 random(67);
  for (const char* name : {"before", "after"}) {
    Sweep sweep(folder / "r.db", {a_cell({{"seq_len", 64}}, 0, 1)}, name);
    sweep.finish_all([&](const Store::CellState&) {
      auto processes = launches(name[0] == 'b' ? 1e-3 : 2e-3, random);
      processes.resize(3);
      return timed(processes);
    });
  }
  const Comparison times = compared(folder / "r.db", "before", "after", ranks).rows.at(0);
  EXPECT_FALSE(times.p);
  EXPECT_TRUE(has(times.note, "3 and 3 processes are too few for a rank test")) << times.note;
}

TEST(Compare, AFilterIsOfTheBaselineToo) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(71);
  measure(path, "nightly", {{16, 1e-3}, {17, 1e-3}}, random);
  const auto store = Store::open_to_write(path);
  save_baseline(*store, "golden", std::nullopt);
  const TableOptions only{.filter = "seq_len = 16"};
  const auto rows = compare(*store, side_named(*store, "golden", only), side_named(*store, "nightly", only), {}).rows;
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].note, "the same measurements");
}

TEST(FailRules, AreReadAndHoldBeyondTheirBound) {
  Comparison row;
  row.verdict = "slower";
  row.ratio = 1.07;
  EXPECT_TRUE(parse_fail_rules("slower>5%").at(0).holds(row));
  EXPECT_FALSE(parse_fail_rules("slower>8%").at(0).holds(row));
  EXPECT_FALSE(parse_fail_rules("faster>5%").at(0).holds(row));
  EXPECT_TRUE(parse_fail_rules("only-a,slower").at(1).holds(row));
  EXPECT_TRUE(has(user_error([] { parse_fail_rules("slwer>5%"); }), "slower"));
  EXPECT_TRUE(has(user_error([] { parse_fail_rules("slower>much"); }), "much"));
  EXPECT_TRUE(has(user_error([] { parse_fail_rules("slower>5"); }), "'5' is 500 %: write 5% or 0.05 for 5 %"));
  EXPECT_TRUE(has(user_error([] { parse_fail_rules("slower>1"); }), "'1' is 100 %: write 1% or 0.01 for 1 %, 100% if that is meant"));
  EXPECT_DOUBLE_EQ(parse_fail_rules("slower>100%").at(0).above, 1);
  EXPECT_DOUBLE_EQ(parse_fail_rules("slower>0.05").at(0).above, 0.05);
  EXPECT_DOUBLE_EQ(parse_fail_rules("slower>150%").at(0).above, 1.5) << "who writes it so means it";
}

// Levels differ from process to process as much as the shift that would be reported: verdicts that looked at samples alone
// would nearly all be false.
TEST(Compare, EqualsAreNotToldApart) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  std::mt19937_64 random(61);
  std::normal_distribution<double> level(1, 0.03), within(1, 0.001);
  std::map<std::int64_t, double> lengths;
  for (std::int64_t length = 16; length < 76; ++length) lengths[length] = 1e-3;
  for (const char* name : {"before", "after"}) {
    std::vector<CellRow> cells;
    for (const auto& [length, seconds] : lengths) cells.push_back(a_cell({{"seq_len", length}}, 0, std::ssize(cells) + 1));
    Sweep sweep(path, cells, name);
    sweep.finish_all([&](const Store::CellState&) {
      std::vector<std::vector<double>> processes(4);
      for (auto& process : processes) {
        const double own = 1e-3 * level(random);
        for (int i = 0; i < 10; ++i) process.push_back(own * within(random));
      }
      return timed(processes);
    });
  }
  int verdicts = 0;
  const ComparisonTable table = compared(path, "before", "after");
  for (const Comparison& row : table.rows) verdicts += row.changed() ? 1 : 0;
  EXPECT_EQ(table.rows.size(), 60u);
  EXPECT_LE(verdicts, 1) << "alpha is of the whole table";
}

}  // namespace
}  // namespace synthbench
