// make_plan: what the command line says about a grid.
#include "harness/plan.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "harness/base/error.h"
#include "harness/one_cell_plan.h"

namespace synthbench {
namespace {

const std::string kGrid = R"(schema = 1
name = "flags"
kind = "speed"
[base]
batch = 2
heads = 4
d_model = 64
[[axis]]
name = "variant"
values = ["vanilla", "random", "dense", "factorized_random"]
[[axis]]
name = "seq_len"
values = "16-128*2"
[[axis]]
name = "rank"
values = [4, 8]
when = { variant = "factorized_random" }
[[axis]]
name = "seed"
values = "0-1"
[measure]
launches = 2
min_time = "0.1s"
max_noise = "5%"
timeout = "2min"
[[table]]
preset = "speed"
)";

class PlanTest : public testing::Test {
 protected:
  PlanTest() : path_(std::filesystem::temp_directory_path() / ("synthbench-plan-test-" + std::to_string(::getpid()) + ".toml")) {
    write(kGrid);
  }
  ~PlanTest() override { std::filesystem::remove(path_); }

  void write(const std::string& text) const { std::ofstream(path_) << text; }
  PlanRequest request() const {
    PlanRequest request;
    request.grid_path = path_.string();
    return request;
  }
  std::string refusal(const PlanRequest& request) const {
    try {
      make_plan(request);
    } catch (const UserError& error) {
      return error.what();
    }
    return "accepted";
  }

 private:
  std::filesystem::path path_;
};

using Cells = std::set<std::pair<std::string, std::int64_t>>;  // config_sha and seed

Cells cells_of(const Plan& plan) {
  Cells cells;
  for (std::int64_t i = 0; i < plan.size(); ++i) {
    const PlannedCell cell = plan.cell(i);
    EXPECT_EQ(cell.ordinal, i + 1);
    if (cell.state == "excluded") continue;
    EXPECT_TRUE(cells.emplace(cell.config_sha, cell.seed).second) << "a cell twice";
  }
  return cells;
}

TEST_F(PlanTest, HoldsTheCellsCountsAxesAndSettingsOfTheFile) {
  const auto plan = make_plan(request());
  EXPECT_EQ(plan->sweep, "flags");
  EXPECT_EQ(plan->kind, "speed");
  EXPECT_EQ(plan->spec_toml, kGrid);
  EXPECT_EQ(plan->tables, std::vector<std::string>{"speed"});
  EXPECT_EQ(plan->counts.cells, 40);
  EXPECT_EQ(plan->axes.size(), 4u);
  EXPECT_EQ(plan->measure.launches, 2);
  EXPECT_DOUBLE_EQ(plan->measure.max_noise, 0.05);
  EXPECT_DOUBLE_EQ(plan->measure.timeout, 120);
  EXPECT_EQ(cells_of(*plan).size(), 40u);
  EXPECT_EQ(plan->cell(0).config_sha, plan->cell(0).config.sha());
  EXPECT_EQ(plan->plan_sha, make_plan(request())->plan_sha);
}

TEST_F(PlanTest, APlanOfOneCellIsThatCellAndSaysWhoTookItUp) {
  const PlannedCell cell = make_plan(request())->cell(0);
  const OneCellPlan one("repro-a7", cell.config, 3, MeasureSettings());
  EXPECT_EQ(one.size(), 1);
  EXPECT_EQ(one.cell(0).config_sha, cell.config_sha);
  EXPECT_EQ(one.cell(0).seed, 3);
  EXPECT_EQ(one.kind, "speed");
  EXPECT_NE(one.plan_sha, OneCellPlan("repro-a7", cell.config, 4, MeasureSettings()).plan_sha);
  const auto heads = one.origin(0, "heads");
  ASSERT_TRUE(heads);
  EXPECT_EQ(heads->value, cell.config.json().at("heads"));
  EXPECT_EQ(heads->source, ValueOrigin::Source::command);
  EXPECT_FALSE(one.origin(0, "train.lr"));
}

TEST_F(PlanTest, OnlyAndExcludePartThePlan) {
  const Cells all = cells_of(*make_plan(request()));
  for (const char* expression :
       {"variant = 'D' AND seq_len <= 32", "rank = 8 OR seed = 1", "variant LIKE '%random%'", "NOT backend = 'eigen'", "tokens >= 128"}) {
    PlanRequest only = request(), exclude = request();
    only.only = expression;
    exclude.exclude = expression;
    const auto kept = make_plan(only), rest = make_plan(exclude);
    Cells together = cells_of(*kept);
    const std::size_t count = together.size();
    together.merge(cells_of(*rest));
    EXPECT_EQ(together, all) << expression;
    EXPECT_EQ(static_cast<std::int64_t>(count) + rest->counts.cells, 40) << expression;
    EXPECT_EQ(kept->counts.product - kept->counts.excluded - kept->counts.duplicates, kept->counts.cells) << expression;
  }
  PlanRequest wrong = request();
  wrong.only = "seqlen = 3";
  EXPECT_EQ(refusal(wrong), "--only: filter, column 1: unknown column 'seqlen' (did you mean 'seq_len'?)");
}

TEST_F(PlanTest, ShardsPartThePlanAndStayWhenTheFileIsWrittenOtherwise) {
  const Cells all = cells_of(*make_plan(request()));
  for (int n = 1; n <= 7; ++n) {
    Cells together;
    std::size_t sum = 0;
    for (int i = 1; i <= n; ++i) {
      PlanRequest shard = request();
      shard.shard = std::to_string(i) + "/" + std::to_string(n);
      Cells part = cells_of(*make_plan(shard));
      sum += part.size();
      together.merge(part);
    }
    EXPECT_EQ(together, all) << n;
    EXPECT_EQ(sum, all.size()) << n;
  }
  PlanRequest second = request();
  second.shard = "2/3";
  const Cells before = cells_of(*make_plan(second));
  std::string turned = kGrid;
  turned.replace(turned.find("\"16-128*2\""), 10, "[256, 128, 64, 16, 32]");
  write(turned);
  for (const auto& cell : before) EXPECT_TRUE(cells_of(*make_plan(second)).contains(cell));
}

TEST_F(PlanTest, BadShardsAreRefusedWithAHint) {
  for (const char* text : {"3", "a/b", "1/0", "-1/3", "1/3/5", "1/3x", "/", " "}) {
    PlanRequest shard = request();
    shard.shard = text;
    EXPECT_EQ(refusal(shard).rfind("--shard", 0), 0u) << refusal(shard);
  }
  for (const char* text : {"0/3", "4/3"}) {
    PlanRequest shard = request();
    shard.shard = text;
    EXPECT_EQ(refusal(shard), "--shard " + std::string(text) + ": shards count from 1: 1/3 to 3/3");
  }
}

TEST_F(PlanTest, SlurmArraysAreShards) {
  PlanRequest second = request(), slurm = request();
  second.shard = "2/3";
  slurm.shard = "slurm";
  ::unsetenv("SLURM_ARRAY_TASK_ID");
  ::unsetenv("SLURM_ARRAY_TASK_MIN");
  ::unsetenv("SLURM_ARRAY_TASK_COUNT");
  EXPECT_NE(refusal(slurm).find("SLURM_ARRAY_TASK_"), std::string::npos);
  ::setenv("SLURM_ARRAY_TASK_ID", "6", 1);
  ::setenv("SLURM_ARRAY_TASK_MIN", "5", 1);
  ::setenv("SLURM_ARRAY_TASK_COUNT", "3", 1);
  EXPECT_EQ(cells_of(*make_plan(slurm)), cells_of(*make_plan(second)));
}

TEST_F(PlanTest, FlagsOfMeasuringBeatTheFileAndQuick) {
  PlanRequest quick = request();
  quick.quick = true;
  EXPECT_EQ(make_plan(quick)->measure.launches, 1);
  EXPECT_DOUBLE_EQ(make_plan(quick)->measure.min_time, 0.05);
  quick.measure = {
      {"launches", "4", "--launches"}, {"max_noise", "1%", "--max-noise"}, {"repetitions", "7", "-r"}, {"min_time", "5s", "--min-time"}};
  const MeasureSettings measure = make_plan(quick)->measure;
  EXPECT_EQ(measure.launches, 4);
  EXPECT_DOUBLE_EQ(measure.max_noise, 0.01);
  EXPECT_EQ(measure.repetitions, 7);
  EXPECT_DOUBLE_EQ(measure.max_time, 10) << "a max_time that nobody names leaves room for min_time";
  EXPECT_EQ(to_json(measure_from_json(to_json(measure))), to_json(measure));
}

TEST_F(PlanTest, MistakesInMeasuringNameTheirPlace) {
  for (const auto& [line, part] :
       std::vector<std::pair<std::string, std::string>>{{"[measure]\ntimeout = \"12 parsecs\"", "timeout: '12 parsecs' is not a duration"},
                                                        {"[measure]\nmax_noise = \"lots\"", "max_noise: 'lots' is not a percentage"},
                                                        {"[measure]\nlaunches = 0", "launches: '0' is not a count"},
                                                        {"[measure]\ncache = [\"warm\"]", "unknown cache 'warm'"},
                                                        {"[check]\ngate = \"yes\"", "[check] gate: 'yes' is neither true nor false"},
                                                        {"[match]\nparams = \"lots\"", "[match] params: 'lots' is not a percentage"}}) {
    write("schema = 1\n" + line + "\n");
    EXPECT_NE(refusal(request()).find(".toml:3: "), std::string::npos) << refusal(request());
    EXPECT_NE(refusal(request()).find(part), std::string::npos) << refusal(request());
  }
  write(kGrid);
  PlanRequest flag = request();
  flag.measure = {{"launches", "1e99", "--launches"}};
  EXPECT_EQ(refusal(flag), "--launches: '1e99' is not a whole number");
  flag.measure = {{"cach", "cold", "--set measure.cach=cold"}};
  EXPECT_EQ(refusal(flag), "--set measure.cach=cold: unknown key of [measure] 'cach' (did you mean 'cache'?)");
  flag.measure = {{"max_noise", "2", "--max-noise 2"}};
  EXPECT_EQ(refusal(flag), "--max-noise 2: '2' is 200 %: a share is at most 100 % (2% or 0.02)");
}

/// A layer of vanilla has four matrices of 64 x 64; random has two of them and 4 tables of seq_len x seq_len.
const std::string kMatched = R"(schema = 1
[base]
batch = 2
heads = 4
d_model = 64
scope = "layer"
[[axis]]
name = "variant"
values = ["random", "vanilla"]
[[axis]]
name = "seq_len"
values = [16, 46, 128]
[[axis]]
name = "seed"
values = "0-1"
[match]
)";

TEST_F(PlanTest, MatchWarnsOfVariantsThatDifferByMoreThanItSays) {
  write(kMatched + "params = \"10%\"\n");
  const auto plan = make_plan(request());
  EXPECT_EQ(plan->counts.cells, 12);
  ASSERT_EQ(plan->warnings.size(), 1u);
  EXPECT_NE(plan->warnings[0].find(".toml:17: [match] random has 43.8 % fewer parameters than vanilla (and other differences, 4 cells)"),
            std::string::npos)
      << plan->warnings[0];
  write(kMatched + "params = \"350%\"\n");
  EXPECT_TRUE(make_plan(request())->warnings.empty());
}

TEST_F(PlanTest, MatchExcludesWithTheDifferenceAsTheReason) {
  write(kMatched + "params = 0.1\naction = \"exclude\"\n");
  const auto plan = make_plan(request());
  EXPECT_EQ(plan->counts.cells, 8);
  EXPECT_EQ(plan->counts.excluded, 4);
  EXPECT_EQ(plan->size(), 12);
  ASSERT_EQ(plan->exclusions.size(), 2u);
  EXPECT_EQ(plan->exclusions[0].reason, "[match] 43.8 % fewer parameters than vanilla");
  EXPECT_EQ(plan->exclusions[1].reason, "[match] 350 % more parameters than vanilla");
  EXPECT_EQ(plan->exclusions[0].count, 2);
  EXPECT_EQ(plan->cell(0).reason, plan->exclusions[0].reason);
  EXPECT_EQ(plan->cell(0).state, "excluded");
  EXPECT_EQ(plan->cell(2).state, "pending") << "4 tables of 46 x 46 weigh what two matrices of 64 x 64 do, to 3.3 %";
}

TEST_F(PlanTest, MatchLooksAtOperationsAndComparesAcrossShards) {
  write(kMatched + "flops = \"1%\"\naction = \"exclude\"\n");
  const auto all = make_plan(request());
  EXPECT_EQ(all->counts.excluded, 6) << "random has neither the products of Q and K nor their logits";
  std::int64_t excluded = 0, cells = 0;
  for (int i = 1; i <= 3; ++i) {
    PlanRequest shard = request();
    shard.shard = std::to_string(i) + "/3";
    const auto part = make_plan(shard);
    for (std::int64_t c = 0; c < part->size(); ++c) excluded += part->excluded(c) ? 1 : 0;
    cells += part->counts.cells;
  }
  EXPECT_EQ(excluded, 6);
  EXPECT_EQ(cells, 6);
}

TEST_F(PlanTest, WhatMeasuringSaysWithoutAFlagIsSetByItsKey) {
  PlanRequest set = request();
  set.measure = {{"cache", "hot,cold", "--set"}, {"gate", "false", "--set"}, {"min_samples", "4", "--set"}};
  const MeasureSettings measure = make_plan(set)->measure;
  EXPECT_EQ(measure.cache, (std::vector<std::string>{"hot", "cold"}));
  EXPECT_FALSE(measure.gate);
  EXPECT_EQ(measure.min_samples, 4);
}

TEST_F(PlanTest, ATableThatDoesNotExistIsSaidBeforeTheRun) {
  write("schema = 1\n[[table]]\npreset = \"sped\"\n");
  EXPECT_TRUE(refusal(request()).ends_with(".toml:2: [[table]] preset: unknown table 'sped' (did you mean 'speed'?)"))
      << refusal(request());
}

TEST_F(PlanTest, MoreCellsThanAllowedAreRefusedNamingTheFlag) {
  PlanRequest limited = request();
  limited.max_cells = 39;
  EXPECT_EQ(refusal(limited), "the plan has 40 cells, more than --max-cells 39 (raise it, or narrow the plan with --only)");
  limited.only = "seed = 0";
  EXPECT_EQ(refusal(limited), "accepted");
}

TEST(PlanWithoutAFile, ComesFromFlagsAlone) {
  PlanRequest bench;
  bench.name = "bench";
  bench.overrides = {{"variant", "vanilla,D", "-m"}, {"seq_len", "16-64*2", "-l"}, {"heads", "2", "--heads"}};
  const auto plan = make_plan(bench);
  EXPECT_EQ(plan->sweep, "bench");
  EXPECT_EQ(plan->counts.cells, 6);
  EXPECT_EQ(plan->cell(5).config.text("variant"), "dense");
  EXPECT_EQ(plan->cell(5).config.integer("heads"), 2);
}

}  // namespace
}  // namespace synthbench
