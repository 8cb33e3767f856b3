// compare: which times and qualities may be held against each other. Seeds that one side lacks, cells that were measured differently.
#include <limits>

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

}  // namespace
}  // namespace synthbench
