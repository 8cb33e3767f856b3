#include "harness/verdict.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "harness/attempt.h"
#include "tests/harness/plans.h"

namespace synthbench {
namespace {

const Config& cell() {
  static const Config config = config_of({{"variant", "vanilla"}, {"seq_len", "16"}});
  return config;
}

constexpr std::int64_t kParameters = 2 * 16 * 16;  // of queries and keys

Json ran(const std::string& variant = "vanilla", const std::string& kernel = "fused") {
  return {{"type", "ran"},    {"variant", variant},   {"backend", "eigen"},       {"dtype", "f32"},
          {"kernel", kernel}, {"label", "optimised"}, {"parameters", kParameters}};
}

LaunchResult launch_that_ended(const std::string& outcome, const std::string& reason = "") {
  LaunchResult launch;
  launch.ran = ran();
  launch.rans = {ran()};
  launch.end = Json{{"type", "end"}, {"outcome", outcome}, {"reason", reason}, {"error_class", ""}, {"source_sha", "s"}};
  launch.exit_code = 0;
  return launch;
}

Verdict judged(const LaunchResult& launch, std::int64_t memory_limit = 0) { return judge(launch, cell(), {"s", memory_limit, 5}); }

TEST(Verdict, AWorkerThatEndsWellIsDone) { EXPECT_EQ(judged(launch_that_ended("done")).outcome, "done"); }

TEST(Verdict, WhatTheWorkerSaysOfItselfIsTaken) {
  for (const char* outcome : {"failed", "oom", "unsupported"}) {
    const Verdict verdict = judged(launch_that_ended(outcome, "because"));
    EXPECT_EQ(verdict.outcome, outcome);
    EXPECT_EQ(verdict.reason, "because");
  }
}

TEST(Verdict, AWorkerThatRanSomethingElseIsFailedAndBothAreNamed) {
  for (const auto& [key, value] :
       std::vector<std::pair<std::string, std::string>>{{"variant", "dense"}, {"backend", "reference"}, {"dtype", "f64"}}) {
    LaunchResult launch = launch_that_ended("done");
    launch.rans.push_back(ran());
    launch.rans.back()[key] = value;
    const Verdict verdict = judged(launch);
    EXPECT_EQ(verdict.outcome, "failed");
    EXPECT_NE(verdict.reason.find(value), std::string::npos) << verdict.reason;
    EXPECT_NE(verdict.reason.find(cell().text(key)), std::string::npos) << verdict.reason;
  }
  LaunchResult larger = launch_that_ended("done");
  larger.rans.back()["parameters"] = kParameters + 1;
  EXPECT_EQ(judged(larger).outcome, "failed");
  EXPECT_EQ(judged(larger).reason, "the worker ran 513 parameters, asked were 512");
  LaunchResult silent = launch_that_ended("done");
  silent.rans.back().erase("dtype");
  EXPECT_EQ(judged(silent).outcome, "failed");
}

TEST(Verdict, ALabelThatTheDatabaseDoesNotKnowIsFailed) {
  LaunchResult launch = launch_that_ended("done");
  launch.rans.back()["label"] = "blazing";
  EXPECT_EQ(judged(launch).outcome, "failed");
}

TEST(Verdict, DoneWithoutSayingWhatRanIsFailed) {
  LaunchResult launch = launch_that_ended("done");
  launch.ran.reset();
  launch.rans.clear();
  EXPECT_EQ(judged(launch).outcome, "failed");
}

TEST(Verdict, AWorkerOfAnotherBuildIsFailed) {
  LaunchResult launch = launch_that_ended("done");
  launch.end->at("source_sha") = "another";
  const Verdict verdict = judged(launch);
  EXPECT_EQ(verdict.outcome, "failed");
  EXPECT_NE(verdict.reason.find("build"), std::string::npos);
}

TEST(Verdict, ASignalIsCrashedWithItsNameEvenAfterAnEndRecord) {
  LaunchResult launch = launch_that_ended("done");
  launch.exit_code.reset();
  launch.term_signal = SIGSEGV;
  EXPECT_EQ(judged(launch).outcome, "crashed");
  EXPECT_NE(judged(launch).reason.find("SIGSEGV"), std::string::npos);
}

TEST(Verdict, ASignalWithTheMemoryLimitReachedIsOom) {
  LaunchResult launch;
  launch.term_signal = SIGABRT;
  launch.peak_rss_bytes = 980;
  EXPECT_EQ(judged(launch, 1000).outcome, "oom");
  EXPECT_EQ(judged(launch, 2000).outcome, "crashed");
  EXPECT_EQ(judged(launch).outcome, "crashed");
}

TEST(Verdict, WhatLimitedTheMemoryIsSaid) {
  LaunchResult launch;
  launch.term_signal = SIGKILL;
  launch.group_killed = true;
  EXPECT_EQ(judged(launch, 1 << 30).outcome, "oom");
  EXPECT_NE(judged(launch, 1 << 30).reason.find("control group reached the memory limit of 1"), std::string::npos);
  const std::string reason = judged(launch_that_ended("oom", "out of memory: an allocation failed"), 1 << 30).reason;
  EXPECT_NE(reason.find("RLIMIT_DATA"), std::string::npos) << reason;
  EXPECT_EQ(judged(launch_that_ended("oom", "because")).reason, "because") << "nothing was limited";
}

TEST(Verdict, AReasonIsOneLine) { EXPECT_EQ(judged(launch_that_ended("failed", "a\nb")).reason, "a\\nb"); }

TEST(Verdict, TheKernelsOutOfMemoryKillerIsOomAndAnyOtherKillIsCrashed) {
  LaunchResult launch;
  launch.term_signal = SIGKILL;
  EXPECT_EQ(judged(launch).outcome, "crashed");
  launch.kernel_killed = true;
  EXPECT_EQ(judged(launch).outcome, "oom");
}

TEST(Verdict, AnExitCodeIsFailedAndNamed) {
  LaunchResult launch = launch_that_ended("done");
  launch.exit_code = 7;
  EXPECT_EQ(judged(launch).outcome, "failed");
  EXPECT_NE(judged(launch).reason.find('7'), std::string::npos);
}

TEST(Verdict, NoEndRecordIsFailed) {
  LaunchResult launch = launch_that_ended("done");
  launch.end.reset();
  EXPECT_EQ(judged(launch).outcome, "failed");
}

TEST(Verdict, TheTimeoutBeatsTheSignalThatItSent) {
  LaunchResult launch;
  launch.timed_out = true;
  launch.term_signal = SIGKILL;
  EXPECT_EQ(judged(launch).outcome, "timeout");
}

Attempt attempt_at(const Config& config) {
  ClaimedCell claimed;
  claimed.config = config.json();
  claimed.attempt_uid = "uid";
  return Attempt(claimed, {.repetitions = 2});
}

LaunchResult timed_launch(std::int64_t round, std::vector<std::int64_t> nanoseconds) {
  LaunchResult launch = launch_that_ended("done");
  launch.peak_rss_bytes = 1000 + round;
  launch.samples.push_back({"first", "cold", "wall", round, 0, 1, 900 + round, {}, ""});
  for (std::size_t k = 0; k < nanoseconds.size(); ++k) {
    launch.samples.push_back({"measure", "hot", "wall", round, static_cast<std::int64_t>(k), 2, nanoseconds[k], {}, ""});
  }
  return launch;
}

double metric(const AttemptResult& result, const std::string& name) {
  for (const MetricRow& row : result.metrics) {
    if (row.name == name) return row.value;
  }
  ADD_FAILURE() << "no metric " << name;
  return 0;
}

TEST(Attempt, GathersTheSamplesOfItsLaunchesIntoMetricsByHand) {
  Attempt attempt = attempt_at(cell());
  attempt.add(timed_launch(0, {2000, 4000}), {"done", "", ""});
  attempt.add(timed_launch(1, {6000, 12000}), {"done", "", ""});
  const AttemptResult result = attempt.result("a.log", Json::object());
  EXPECT_EQ(result.outcome, "done");
  EXPECT_DOUBLE_EQ(metric(result, "median"), 2.5e-6);  // of 1, 2, 3, 6 microseconds a call
  EXPECT_DOUBLE_EQ(metric(result, "min"), 1e-6);
  EXPECT_DOUBLE_EQ(metric(result, "mean"), 3e-6);
  EXPECT_NEAR(metric(result, "sd"), 2.160246899e-6, 1e-14);
  EXPECT_DOUBLE_EQ(metric(result, "tokens_per_s"), 16 / 2.5e-6);
  EXPECT_DOUBLE_EQ(metric(result, "peak_rss"), 1001);
  EXPECT_DOUBLE_EQ(metric(result, "parameters"), kParameters);
  EXPECT_EQ(result.first_call_ns, 900);
  EXPECT_EQ(result.samples.size(), 6u);
  EXPECT_EQ(result.kernel, "fused");
}

TEST(Attempt, DiscardedSamplesCountForNothing) {
  Attempt attempt = attempt_at(cell());
  LaunchResult launch = timed_launch(0, {2000, 2000, 2000});
  launch.samples.push_back({"measure", "hot", "wall", 0, 9, 2, 999999, {}, "throttled"});
  attempt.add(std::move(launch), {"done", "", ""});
  EXPECT_DOUBLE_EQ(metric(attempt.result("", Json::object()), "mean"), 1e-6);
}

TEST(Attempt, AFailedLaunchLeavesChecksAndNoSpeed) {
  Attempt attempt = attempt_at(cell());
  LaunchResult launch = timed_launch(0, {2000, 2000});
  launch.checks.push_back({"reference", "f64", "out", "rel_norm", "", 0.01, 1e-6, false, 1});
  attempt.add(std::move(launch), {"failed", "gate: out off by 0.01", "GateFailed"});
  EXPECT_TRUE(attempt.over());
  const AttemptResult result = attempt.result("", Json::object());
  EXPECT_EQ(result.outcome, "failed");
  EXPECT_TRUE(result.metrics.empty());
  EXPECT_TRUE(result.samples.empty());
  EXPECT_EQ(result.checks.size(), 1u);
}

TEST(Attempt, LaunchesOfDifferentKernelsAreFailed) {
  Attempt attempt = attempt_at(cell());
  attempt.add(timed_launch(0, {2000}), {"done", "", ""});
  LaunchResult other = timed_launch(1, {2000});
  other.ran = ran("vanilla", "naive");
  attempt.add(std::move(other), {"done", "", ""});
  EXPECT_TRUE(attempt.over());
  EXPECT_NE(attempt.result("", Json::object()).reason.find("naive"), std::string::npos);
}

TEST(Attempt, WhatEachLaunchMeasuresApartIsOneNumber) {
  Attempt attempt = attempt_at(cell());
  for (const double bytes : {300.0, 500.0, 100.0}) {
    LaunchResult launch = timed_launch(static_cast<std::int64_t>(bytes), {2000, 2000});
    for (const auto& [name, value] : {std::pair("peak_device", bytes), std::pair("instructions", 2 * bytes)}) {
      MetricRow row{.name = name, .unit = "1", .better = "lower"};
      row.value = value;
      launch.metrics.push_back(row);
    }
    attempt.add(std::move(launch), {"done", "", ""});
  }
  const AttemptResult result = attempt.result("", Json::object());
  EXPECT_DOUBLE_EQ(metric(result, "peak_device"), 500) << "a peak is the largest";
  EXPECT_EQ(result.peak_dev_bytes, 500) << "the column says the same";
  EXPECT_DOUBLE_EQ(metric(result, "instructions"), 600) << "the median";
}

TEST(Attempt, OfRowsWithOneKeyTheLastCounts) {
  Attempt attempt = attempt_at(cell());
  LaunchResult launch = timed_launch(0, {2000, 2000});
  launch.samples.push_back(launch.samples.back());
  launch.samples.back().total_ns = 6000;
  attempt.add(std::move(launch), {"done", "", ""});
  const AttemptResult result = attempt.result("", Json::object());
  EXPECT_EQ(result.samples.size(), 3u);
  EXPECT_EQ(result.samples.back().total_ns, 6000);
}

TEST(Attempt, HotAndColdMetricsStandBesideEachOther) {
  Attempt attempt = attempt_at(cell());
  LaunchResult launch = timed_launch(0, {2000, 2000});
  launch.samples.push_back({"measure", "cold", "wall", 0, 0, 1, 5000, {}, ""});
  attempt.add(std::move(launch), {"done", "", ""});
  int hot = 0, cold = 0;
  for (const MetricRow& row : attempt.result("", Json::object()).metrics) {
    if (row.name != "median") continue;
    (row.signature.empty() ? hot : cold) += 1;
    EXPECT_DOUBLE_EQ(row.value, row.signature.empty() ? 1e-6 : 5e-6);
  }
  EXPECT_EQ(hot, 1);
  EXPECT_EQ(cold, 1);
}

TEST(Attempt, ATimeWithColdCachesSaysSoWhereThereAreNoOthers) {
  Attempt attempt = attempt_at(cell());
  LaunchResult launch = launch_that_ended("done");
  for (std::int64_t k = 0; k < 2; ++k) launch.samples.push_back({"measure", "cold", "wall", 0, k, 1, 5000, {}, ""});
  attempt.add(std::move(launch), {"done", "", ""});
  const AttemptResult result = attempt.result("", Json::object());
  const auto median = std::find_if(result.metrics.begin(), result.metrics.end(), [](const MetricRow& row) { return row.name == "median"; });
  ASSERT_NE(median, result.metrics.end());
  EXPECT_EQ(median->signature, "cache:cold");
  EXPECT_DOUBLE_EQ(median->value, 5e-6);
}

}  // namespace
}  // namespace synthbench
