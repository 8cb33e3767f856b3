// What `plan` says of time and memory from what a database holds.
#include "harness/forecast.h"

#include <gtest/gtest.h>

#include "harness/outlook.h"
#include "harness/provenance.h"
#include "harness/stored_plan.h"
#include "tests/harness/scene.h"

namespace synthbench {
namespace {

using Axes = std::vector<std::pair<std::string, std::string>>;

/// A database with finished attempts whose times are made up.
class Forecasts : public Scene {
 protected:
  /// Ends the cells of a plan, from an ordinal on: done, the attempt having taken so many seconds, start_up of them to start; or
  /// otherwise.
  void finish(const Plan& plan, double seconds, double start_up, double median = 0, const std::string& outcome = "done",
              EnvRow machine = this_machine(), std::int64_t from = 1) {
    const std::int64_t build = store().build_id(this_build()), env = store().env_id(machine);
    const std::int64_t sweep = store_plan(plan, store(), options);
    for (const Store::CellState& cell : store().cells(sweep)) {
      if (cell.ordinal < from) continue;
      const auto claimed = store().claim(cell.cell_id, "test", 60, build, env, "synthbench bench");
      ASSERT_TRUE(claimed);
      AttemptResult result;
      result.outcome = outcome;
      if (outcome != "done") result.reason = "made up";
      result.volatile_facts = {{"measure", to_json(plan.measure)}, {"seconds", seconds}, {"start_up_seconds", start_up}};
      if (median > 0) {
        MetricRow row;
        row.name = "median";
        row.unit = "s";
        row.better = "lower";
        row.value = median;
        result.metrics.push_back(row);
      }
      ASSERT_TRUE(store().finish(*claimed, "test", result));
    }
  }
  Outlook outlook(const Plan& plan, Reuse reuse = Reuse::never) {
    options.reuse = reuse;
    return Outlook(plan, options);
  }
};

/// Settings under which a launch samples for a second, or ten calls where they last longer, at most a minute.
std::unique_ptr<Plan> plan_of(const Axes& axes, int launches, const std::string& name) {
  auto plan = tiny_plan(axes, name);
  plan->measure = {};
  plan->measure.launches = launches;
  plan->measure.min_time = 1;
  plan->measure.max_time = 60;
  return plan;
}

TEST_F(Forecasts, AnEqualCellOfAnotherSeedPredictsItsTimePerLaunch) {
  finish(*plan_of({{"seed", "1"}}, 2, "one"), 8, 1);
  finish(*plan_of({{"seed", "2"}}, 4, "two"), 24, 2);
  const auto plan = plan_of({{"seed", "3"}}, 3, "three");
  const auto time = outlook(*plan).time(plan->cell(0));
  ASSERT_TRUE(time);
  EXPECT_DOUBLE_EQ(time->seconds, 3 * (8.0 / 2 + 24.0 / 4) / 2);
  EXPECT_DOUBLE_EQ(time->start_up, 3 * 0.5);
  EXPECT_FALSE(time->scaled);
}

TEST_F(Forecasts, ALargerSpeedCellLastsLongerByItsSamples) {
  finish(*plan_of({{"seq_len", "64"}, {"variant", "vanilla"}}, 1, "small"), 3, 0.5, /*median=*/0.2);
  const auto plan = plan_of({{"seq_len", "128"}, {"variant", "vanilla"}}, 2, "large");
  const auto time = outlook(*plan).time(plan->cell(0));
  ASSERT_TRUE(time);
  EXPECT_TRUE(time->scaled);
  EXPECT_DOUBLE_EQ(time->start_up, 1);
  // Ten calls took 2 s; four times the logits and products make them about four times as long: 8 s instead of 2, in each launch.
  EXPECT_NEAR(time->seconds, 2 * (3 + 8 - 2), 0.2);
}

TEST_F(Forecasts, AShortCallSamplesForItsMinimumWhateverItCosts) {
  finish(*plan_of({{"seq_len", "64"}}, 1, "small"), 3, 0.5, /*median=*/1e-4);
  const auto plan = plan_of({{"seq_len", "128"}}, 1, "large");
  EXPECT_DOUBLE_EQ(outlook(*plan).time(plan->cell(0)).value().seconds, 3);
}

TEST_F(Forecasts, ATrainingTakesItsTimeInProportionToItsOperations) {
  const Axes train = {{"kind", "train"}, {"task", "lm"}, {"model.preset", "tiny"}};
  const auto with_steps = [&](const char* steps, const char* name) {
    Axes axes = train;
    axes.emplace_back("train.steps", steps);
    return plan_of(axes, 3, name);
  };
  finish(*with_steps("100", "short"), 11, 1);
  const auto plan = with_steps("400", "long");
  const auto time = outlook(*plan).time(plan->cell(0));
  ASSERT_TRUE(time);
  EXPECT_DOUBLE_EQ(time->seconds, 1 + 4 * 10);
}

TEST_F(Forecasts, TheSameVariantIsNearerThanTheSameSize) {
  finish(*plan_of({{"seq_len", "64"}, {"variant", "random"}}, 1, "same size"), 100, 1, 1e-5);
  finish(*plan_of({{"seq_len", "32"}, {"variant", "dense"}}, 1, "same variant"), 3, 1, 1e-5);
  const auto plan = plan_of({{"seq_len", "64"}, {"variant", "dense"}}, 1, "asked");
  EXPECT_DOUBLE_EQ(outlook(*plan).time(plan->cell(0)).value().seconds, 3);
}

TEST_F(Forecasts, AnotherMachineBackendOrDirectionPredictsNothing) {
  EnvRow other = this_machine();
  other.host += "-other";
  finish(*plan_of({{"seq_len", "64"}}, 1, "elsewhere"), 3, 1, 1e-4, "done", other);
  finish(*plan_of({{"seq_len", "64"}, {"backend", "reference"}}, 1, "reference"), 3, 1, 1e-4);
  finish(*plan_of({{"seq_len", "64"}, {"direction", "fwd"}}, 1, "forward"), 3, 1, 1e-4);
  const auto plan = plan_of({{"seq_len", "64,128"}}, 1, "asked");
  for (const std::int64_t i : {0, 1}) EXPECT_FALSE(outlook(*plan).time(plan->cell(i)));
  options.db_path = folder() + "/none.db";
  EXPECT_TRUE(outlook(*plan).knows_nothing());
}

TEST_F(Forecasts, CellsAtLeastAsLargeAsOneThatRanOutAreNamed) {
  const auto plan = plan_of({{"seq_len", "32,64,128"}}, 1, "asked");
  finish(*plan, 1, 0.5, 0, "oom", this_machine(), 3);
  const Outlook known = outlook(*plan);
  EXPECT_FALSE(known.out_of_memory(plan->cell(0)));
  EXPECT_EQ(known.state(plan->cell(2)), "oom");
  const auto larger = plan_of({{"seq_len", "256"}}, 1, "other")->cell(0);
  EXPECT_EQ(known.out_of_memory(larger), "cell 3 ran out of memory");
  EXPECT_EQ(known.totals(*plan).out_of_memory, 0) << "the smaller ones would run, the large one waits for --retry";
  EXPECT_EQ(outlook(*plan_of({{"seq_len", "128"}}, 1, "another")).totals(*plan).out_of_memory, 0) << "what one sweep saw spares its own";

  options.retry = {"oom"};
  EXPECT_EQ(outlook(*plan).totals(*plan).out_of_memory, 0) << "told to try again";
  options.retry = {};
  options.oom_backstop = false;
  EXPECT_EQ(outlook(*plan).totals(*plan).out_of_memory, 0) << "told not to spare anything";
}

TEST_F(Forecasts, ASmallerCellRanOutSoNoTimeIsPlannedForTheLarger) {
  const auto plan = plan_of({{"seq_len", "64,128"}}, 1, "asked");
  finish(*plan_of({{"seq_len", "128"}}, 1, "equal"), 3, 1, 1e-4);
  options.reuse = Reuse::never;
  const std::int64_t build = store().build_id(this_build()), env = store().env_id(this_machine());
  const std::int64_t sweep = store_plan(*plan, store(), options);
  AttemptResult oom;
  oom.outcome = "oom";
  ASSERT_TRUE(store().finish(*store().claim(store().cells(sweep).front().cell_id, "test", 60, build, env, "x"), "test", oom));
  const Outlook known = outlook(*plan);
  const Outlook::Totals totals = known.totals(*plan);
  EXPECT_EQ(totals.out_of_memory, 1);
  EXPECT_EQ(totals.to_run, 0);
  EXPECT_EQ(totals.seconds, 0);
  EXPECT_TRUE(within_budget(*plan, known, RunOptions::Order::grid, 3600).fit.empty());
}

TEST_F(Forecasts, NothingFollowsFromAnImportedLineThatSaysNotHowItWasMeasured) {
  const auto plan = plan_of({{"seq_len", "64"}}, 1, "imported");
  const std::int64_t build = store().build_id(this_build()), env = store().env_id(this_machine());
  const std::int64_t sweep = store_plan(*plan, store(), options);
  AttemptResult result;
  result.outcome = "done";
  result.volatile_facts = {{"seconds", 4}, {"measure", {{"launches", 0}}}};
  ASSERT_TRUE(store().finish(*store().claim(store().cells(sweep).front().cell_id, "test", 60, build, env, "x"), "test", result));
  options.force = true;
  EXPECT_FALSE(outlook(*plan).time(plan->cell(0)));
}

TEST_F(Forecasts, CellsThatEndedWithoutAResultWaitForRetry) {
  const auto plan = plan_of({{"seq_len", "64"}}, 1, "failing");
  finish(*plan, 1, 0.5, 0, "failed");
  const Outlook::Totals totals = outlook(*plan, Reuse::automatic).totals(*plan);
  EXPECT_EQ(totals.to_run, 0);
  EXPECT_EQ(totals.ended.at("failed"), 1);
  EXPECT_EQ(outlook(*plan).state(plan->cell(0)), "failed");
  options.retry = {"failed"};
  EXPECT_EQ(outlook(*plan).totals(*plan).to_run, 1);
  options.retry = {};
  options.force = true;
  EXPECT_EQ(outlook(*plan).totals(*plan).to_run, 1);
}

TEST_F(Forecasts, TotalsLeaveOutWhatIsReusedAndCountWhatIsNotKnown) {
  const auto finished = plan_of({{"seq_len", "64"}, {"seed", "0,1"}}, 1, "finished");
  finish(*finished, 4, 1, 1e-4);
  const auto plan = plan_of({{"seq_len", "64"}, {"seed", "0-3"}, {"backend", "eigen,reference"}}, 1, "asked");
  const Outlook::Totals totals = outlook(*plan, Reuse::automatic).totals(*plan);
  EXPECT_EQ(totals.reused, 2);
  EXPECT_EQ(totals.to_run, 6);
  EXPECT_EQ(totals.predicted, 2) << "the reference was never run";
  EXPECT_DOUBLE_EQ(totals.seconds, 8);
  EXPECT_DOUBLE_EQ(totals.start_up, 2);
}

TEST_F(Forecasts, ABudgetTakesTheStartOfTheOrderInWhichCellsRun) {
  finish(*plan_of({{"seq_len", "64"}}, 1, "finished"), 4, 1, 1e-4);
  const auto plan = plan_of({{"backend", "eigen,reference"}, {"seq_len", "64"}, {"seed", "1-5"}}, 1, "asked");
  const BudgetedPlan fit = within_budget(*plan, outlook(*plan), RunOptions::Order::grid, 13);
  ASSERT_EQ(fit.fit.size(), 3u);
  for (std::int64_t i = 0; i < 3; ++i) EXPECT_EQ(fit.fit[static_cast<std::size_t>(i)].index, i);
  EXPECT_DOUBLE_EQ(fit.seconds, 12);
  EXPECT_EQ(fit.remaining, 7);
  EXPECT_EQ(fit.unpredicted, 5);
  EXPECT_EQ(within_budget(*plan, outlook(*plan), RunOptions::Order::grid, 20).fit.size(), 5u) << "exactly that long is enough";
  EXPECT_TRUE(within_budget(*plan, outlook(*plan), RunOptions::Order::grid, 3.9).fit.empty());
}

TEST_F(Forecasts, ARunStoresItsTimeAndTheStartOfItsProcesses) {
  const auto plan = tiny_plan({{"variant", "vanilla"}, {"seq_len", "16"}});
  run(*plan);
  const auto row =
      store().select("SELECT volatile_json->>'$.seconds' AS s, volatile_json->>'$.start_up_seconds' AS u FROM attempt").front();
  EXPECT_GT(row.at("u").get<double>(), 0);
  EXPECT_LT(row.at("u").get<double>(), row.at("s").get<double>());
}

}  // namespace
}  // namespace synthbench
