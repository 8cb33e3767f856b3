// Sweeps through real worker processes: what ends how, what is tried again, who takes over whose cells.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "harness/owner.h"
#include "harness/provenance.h"
#include "harness/stored_plan.h"
#include "tests/harness/scene.h"

namespace synthbench {
namespace {

using States = std::map<std::string, std::int64_t>;
using Axes = std::vector<std::pair<std::string, std::string>>;

/// The fault backends are unknown to this program, which was started without them: a plan with their names put in.
class Renamed final : public Plan {
 public:
  Renamed(const Axes& keys, std::vector<std::string> backends) : inner_(tiny_plan(keys)), backends_(std::move(backends)) {
    sweep = inner_->sweep + backends_.front();
    plan_sha = backends_.front() + inner_->plan_sha;
    measure = inner_->measure;
  }
  std::int64_t size() const override { return inner_->size() * std::ssize(backends_); }
  std::optional<ValueOrigin> origin(std::int64_t index, const std::string& key) const override {
    return inner_->origin(index / std::ssize(backends_), key);
  }
  PlannedCell cell(std::int64_t index) const override {
    const std::int64_t count = std::ssize(backends_);
    PlannedCell cell = inner_->cell(index / count);
    Json json = cell.config.json();
    json["backend"] = backends_[static_cast<std::size_t>(index % count)];
    cell.config = Config(json);
    cell.config_sha = cell.config.sha();
    cell.ordinal = index + 1;
    return cell;
  }

 private:
  std::unique_ptr<Plan> inner_;
  std::vector<std::string> backends_;
};

class Sweep : public Scene {};

TEST_F(Sweep, OtherMeasuringAndBackAgainMeasuresNothingTwice) {
  const auto plan = tiny_plan({{"seq_len", "16,17"}}), quick = tiny_plan({{"seq_len", "16,17"}});
  quick->measure.repetitions = 2;
  ASSERT_EQ(run(*plan).states, (States{{"done", 2}}));
  ASSERT_EQ(run(*quick).attempts, 2) << "a time that was measured otherwise is another one";
  const RunSummary again = run(*plan);
  EXPECT_EQ(again.attempts, 0);
  EXPECT_EQ(again.states, (States{{"done", 2}}));
  EXPECT_EQ(count("cell JOIN sample ON attempt_id=result_attempt_id WHERE phase='measure'"), 6);
}

TEST_F(Sweep, WhatRanOutOfMemoryInAnEarlierRunSparesLargerCells) {
  options.memory_limit = std::int64_t{1} << 30;
  options.max_failures = 1;
  const Renamed plan({{"seq_len", "16,17,18"}}, {"fault_oom"});
  ASSERT_EQ(run(plan).attempts, 1);
  options.max_failures = 0;
  const RunSummary second = run(plan);
  EXPECT_EQ(second.attempts, 0);
  EXPECT_EQ(second.states, (States{{"oom", 3}}));
  options.retry = {"oom"};
  EXPECT_EQ(run(plan).attempts, 1) << "told to try again: the smallest does, and speaks for the others";
}

TEST_F(Sweep, WhatTheBackstopSparesIsWaitedForWhileAnotherRunHasIt) {
  options.memory_limit = std::int64_t{1} << 30;
  options.max_failures = 1;
  const Renamed plan({{"seq_len", "16,17"}}, {"fault_oom"});
  const RunSummary first = run(plan);
  options.max_failures = 0;
  const std::int64_t build = store().build_id(this_build()), env = store().env_id(this_machine());
  ASSERT_TRUE(store().claim(store().cells(first.sweep).back().cell_id, "far|away|from|here|1", 1.5, build, env, "x"));
  std::size_t news = 0;
  events.finished = [&](const CellNews&) { ++news; };
  EXPECT_EQ(run(plan).states, (States{{"oom", 2}}));
  EXPECT_EQ(news, 1u);
  EXPECT_EQ(count("attempt WHERE outcome='running'"), 0);
}

TEST_F(Sweep, AResultIsWaitingWhileAnotherCommandKeepsTheDatabase) {
  const auto plan = tiny_plan({{"variant", "vanilla"}});
  const auto impatient = Store::open_to_write(options.db_path, 0.1);
  std::jthread other;
  events.started = [&](const CellNews&) {
    const int lock = ::open((options.db_path + ".lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::flock(lock, LOCK_EX), 0);
    other = std::jthread([lock] {
      std::this_thread::sleep_for(std::chrono::seconds(3));
      ::close(lock);
    });
  };
  std::vector<std::string> notes;
  events.note = [&](const std::string& text) { notes.push_back(text); };
  EXPECT_EQ(run_plan(*plan, *impatient, options, events).states, (States{{"done", 1}}));
  EXPECT_TRUE(std::ranges::any_of(notes, [](const std::string& note) { return note.ends_with(": waiting for it"); }));
}

TEST_F(Sweep, AForcedRunThatStoppedEarlyIsContinuedByMeasuring) {
  ASSERT_EQ(run(*tiny_plan({{"variant", "vanilla"}}, "before")).attempts, 1);
  options.force = true;
  options.max_failures = 1;
  const Renamed plan({{"variant", "vanilla"}}, {"fault_exit", "eigen"});
  EXPECT_EQ(run(plan).states, (States{{"failed", 1}, {"pending", 1}}));
  options.force = false;
  options.max_failures = 0;
  EXPECT_EQ(run(plan).states, (States{{"failed", 1}, {"done", 1}}));
}

TEST_F(Sweep, TheMachinesPeaksAreMeasuredOnceAndSpeedsAreHeldAgainstThem) {
  const auto patient = [](const char* lengths) {
    auto plan = tiny_plan({{"variant", "vanilla"}, {"seq_len", lengths}}, lengths);
    plan->measure.repetitions = 0;
    plan->measure.min_time = MeasureSettings().min_time;
    plan->measure.max_noise = 1;
    return plan;
  };
  std::vector<std::string> notes;
  events.note = [&](const std::string& text) { notes.push_back(text); };
  const auto peaks_told = [&] {
    return std::ranges::count_if(notes, [](const std::string& text) { return text.find("GFLOP/s") != std::string::npos; });
  };
  run(*tiny_plan({{"seq_len", "16"}}, "in a hurry"));
  EXPECT_EQ(peaks_told(), 0);
  EXPECT_EQ(count("v_result WHERE metric='peak_flops_share'"), 0);
  run(*patient("16,24"));
  EXPECT_EQ(peaks_told(), 1) << "for both cells";
  run(*patient("32"));
  EXPECT_EQ(peaks_told(), 1) << "the database knows them";
  run(*tiny_plan({{"seq_len", "40"}}, "in a hurry again"));
  EXPECT_EQ(count("v_result WHERE metric='peak_flops_share' AND value > 0 AND value < 1"), 4);
  EXPECT_EQ(count("attempt WHERE json_extract(volatile_json, '$.peaks.threads') = 1"), 4);
}

TEST_F(Sweep, EveryCellGetsItsResultAndASecondRunStartsNothing) {
  const auto plan = tiny_plan({{"variant", "vanilla,random,dense"}, {"seq_len", "16,17"}});
  const RunSummary first = run(*plan);
  EXPECT_EQ(first.exit_code(), 0);
  EXPECT_EQ(first.states, (States{{"done", 6}}));
  EXPECT_EQ(first.attempts, 6);
  const RunSummary second = run(*plan);
  EXPECT_EQ(second.attempts, 0);
  EXPECT_EQ(second.exit_code(), 0);
  EXPECT_EQ(second.sweep, first.sweep);
  EXPECT_EQ(count("sample WHERE phase='measure'"), 18);
  EXPECT_EQ(count("check_result WHERE passed=0"), 0);
  EXPECT_GT(count("check_result"), 0);
}

TEST_F(Sweep, LaunchesAreSamplesOfDifferentRounds) {
  const auto plan = tiny_plan({{"variant", "vanilla,dense"}});
  plan->measure.launches = 3;
  options.order = RunOptions::Order::interleaved;
  run(*plan);
  EXPECT_EQ(count("(SELECT DISTINCT attempt_id, round FROM sample WHERE phase='first')"), 6);
  EXPECT_EQ(count("(SELECT DISTINCT attempt_id FROM check_result)"), 2) << "the gate runs once per cell";
}

TEST_F(Sweep, EachFaultEndsInItsStateAndTheNextCellIsUnharmed) {
  const std::map<std::string, std::string> wanted = {{"fault_crash", "crashed"},     {"fault_abort", "crashed"},
                                                     {"fault_exit", "failed"},       {"fault_throw", "failed"},
                                                     {"fault_garbage", "failed"},    {"fault_liar", "failed"},
                                                     {"fault_nan", "failed"},        {"fault_wrong", "failed"},
                                                     {"fault_wrong_grad", "failed"}, {"fault_unsupported", "unsupported"},
                                                     {"fault_oom", "oom"},           {"eigen", "done"}};
  std::vector<std::string> backends;
  for (const auto& [backend, state] : wanted) {
    if (backend != "eigen") backends.push_back(backend);
  }
  backends.push_back("eigen");
  options.memory_limit = std::int64_t{1} << 30;
  const Renamed plan({{"variant", "vanilla"}, {"seq_len", "16"}}, backends);
  const RunSummary summary = run(plan);
  EXPECT_EQ(summary.exit_code(), 3);
  for (const auto& [backend, end] : ends(summary.sweep, "backend")) {
    EXPECT_EQ(end.first, wanted.at(backend)) << backend << ": " << end.second;
    EXPECT_EQ(end.second.empty(), end.first == "done") << backend << ": " << end.second;
    EXPECT_EQ(end.second.find('\n'), std::string::npos) << backend;
  }
  EXPECT_EQ(count("attempt WHERE outcome='running'"), 0);
}

TEST_F(Sweep, AWorkerThatIgnoresSigtermEndsSoonAfterItsTimeout) {
  Renamed plan({{"variant", "vanilla"}, {"seq_len", "16"}}, {"fault_hang", "eigen"});
  plan.measure.timeout = 1;
  const auto start = std::chrono::steady_clock::now();
  const RunSummary summary = run(plan);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(summary.states, (States{{"done", 1}, {"timeout", 1}}));
}

TEST_F(Sweep, ATimeoutIsOfTheWholeAttempt) {
  Renamed plan({{"variant", "vanilla"}, {"seq_len", "16"}}, {"eigen"});
  plan.measure.repetitions = 0;
  plan.measure.launches = 1000;
  plan.measure.min_time = plan.measure.max_time = 0.2;
  plan.measure.timeout = 1.5;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(run(plan).states, (States{{"timeout", 1}}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST_F(Sweep, TheBackstopSparesLargerCellsAndNamesTheFirst) {
  options.memory_limit = std::int64_t{1} << 30;
  const Renamed plan({{"variant", "vanilla"}, {"seq_len", "16,32,64"}}, {"fault_oom", "eigen"});
  const RunSummary summary = run(plan);
  EXPECT_EQ(summary.states, (States{{"done", 3}, {"oom", 3}}));
  EXPECT_EQ(count("attempt WHERE outcome='oom'"), 1);
  EXPECT_EQ(count("cell WHERE reason='backstop: cell 1'"), 2);
}

TEST_F(Sweep, StopsAtTheNthFailureAndLeavesTheRestPending) {
  options.max_failures = 2;
  const Renamed plan({{"variant", "vanilla"}, {"seq_len", "16,18,20"}}, {"fault_exit", "eigen"});
  EXPECT_EQ(run(plan).states, (States{{"done", 1}, {"failed", 2}, {"pending", 3}}));
  options.max_failures = 0;
  const RunSummary rest = run(plan);
  EXPECT_EQ(rest.states, (States{{"done", 3}, {"failed", 3}}));
  EXPECT_EQ(rest.exit_code(), 3);
}

TEST_F(Sweep, FailedCellsAreTriedAgainOnlyOnRequest) {
  const Renamed plan({{"variant", "vanilla"}, {"seq_len", "16"}}, {"fault_exit", "eigen"});
  EXPECT_EQ(run(plan).attempts, 2);
  EXPECT_EQ(run(plan).attempts, 0);
  options.retry = {"crashed"};
  EXPECT_EQ(run(plan).attempts, 0);
  options.retry = {"failed"};
  EXPECT_EQ(run(plan).attempts, 1);
  options.retry.clear();
  options.force = true;
  EXPECT_EQ(run(plan).attempts, 2);
}

TEST_F(Sweep, ClaimsOfADeadSupervisorAreTakenAtOnce) {
  const auto plan = tiny_plan({{"variant", "vanilla,dense"}});
  const std::int64_t build = store().build_id(this_build()), env = store().env_id(this_machine());
  const std::int64_t sweep = store_plan(*plan, store(), options);
  std::string dead = this_owner();
  dead.replace(dead.rfind('|'), std::string::npos, "|1");
  ASSERT_TRUE(store().claim(store().cells(sweep).front().cell_id, dead, 3600, build, env, "x"));
  const RunSummary summary = run(*plan);
  EXPECT_EQ(summary.states, (States{{"done", 2}}));
  EXPECT_EQ(count("attempt WHERE outcome='crashed' AND error_class='lease_expired'"), 1);
}

TEST_F(Sweep, ClaimsOfALivingSupervisorElsewhereAreWaitedFor) {
  const auto plan = tiny_plan({{"variant", "vanilla,dense"}});
  const std::int64_t build = store().build_id(this_build()), env = store().env_id(this_machine());
  const std::int64_t sweep = store_plan(*plan, store(), options);
  ASSERT_TRUE(store().claim(store().cells(sweep).front().cell_id, "far|away|from|here|1", 1.5, build, env, "x"));
  std::vector<std::string> notes;
  events.note = [&](const std::string& text) { notes.push_back(text); };
  EXPECT_EQ(run(*plan).states, (States{{"done", 2}}));
  ASSERT_FALSE(notes.empty());
  EXPECT_NE(notes.front().find("another run"), std::string::npos);
}

TEST_F(Sweep, ASignalEndsTheRunAndLeavesNothingRunning) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const auto plan = tiny_plan({{"variant", "vanilla,dense"}, {"seq_len", "16-40"}}, signal == SIGINT ? "int" : "term");
    options.reuse = Reuse::never;
    int finished = 0;
    events.finished = [&](const CellNews&) {
      if (++finished == 3) std::raise(signal);
    };
    const RunSummary summary = run(*plan);
    EXPECT_EQ(summary.exit_code(), 128 + signal);
    EXPECT_EQ(summary.states, (States{{"done", 3}, {"pending", 47}}));
    EXPECT_EQ(count("attempt WHERE outcome='running'"), 0);
  }
}

TEST_F(Sweep, NewsCountsUpToTheNumberOfCells) {
  const auto plan = tiny_plan({{"variant", "vanilla,dense"}, {"seq_len", "16,17"}});
  std::vector<std::int64_t> numbers;
  events.finished = [&](const CellNews& news) {
    EXPECT_EQ(news.total, 4);
    EXPECT_EQ(news.state, "done");
    EXPECT_GT(news.median, 0);
    ASSERT_NE(news.config, nullptr);
    numbers.push_back(news.number);
  };
  run(*plan);
  EXPECT_EQ(numbers, (std::vector<std::int64_t>{1, 2, 3, 4}));
}

TEST_F(Sweep, WhatAWorkerSaysIsKeptAndSilentOnesLeaveNoFile) {
  const Renamed plan({{"variant", "vanilla"}, {"seq_len", "16"}}, {"fault_throw", "eigen"});
  run(plan);
  int logs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(options.db_path + ".logs")) logs += entry.is_regular_file();
  EXPECT_EQ(logs, 1);
  EXPECT_EQ(count("attempt WHERE log_path LIKE 'r.db.logs/%'"), 1);
}

TEST_F(Sweep, ACellThatNeedsLibTorchIsUnsupportedWhereThatProgramIsMissing) {
  options.program_folder = folder();
  std::filesystem::create_symlink(SYNTHBENCH_BINARY_DIR "/synthbench", folder() + "/synthbench");
  const RunSummary summary = run(*tiny_plan({{"variant", "vanilla"}, {"scope", "layer"}}));
  EXPECT_EQ(summary.states, (States{{"unsupported", 1}}));
  EXPECT_EQ(summary.exit_code(), 5);
}

TEST(RunSummaryTest, ExitCodesFollowTheStates) {
  const auto code = [](States states, int signal = 0) {
    RunSummary summary;
    summary.states = std::move(states);
    summary.signal = signal;
    return summary.exit_code();
  };
  EXPECT_EQ(code({{"done", 3}, {"unsupported", 2}, {"excluded", 4}}), 0);
  EXPECT_EQ(code({{"reused", 3}}), 0);
  EXPECT_EQ(code({{"unsupported", 2}}), 5);
  EXPECT_EQ(code({}), 5);
  for (const char* state : {"failed", "oom", "timeout", "crashed"}) EXPECT_EQ(code({{"done", 3}, {state, 1}}), 3) << state;
  EXPECT_EQ(code({{"failed", 1}}, SIGINT), 130);
  EXPECT_EQ(code({{"done", 1}}, SIGTERM), 143);
}

}  // namespace
}  // namespace synthbench
