// Several processes at one database, and processes that are killed in the middle of what they do.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <functional>
#include <random>
#include <thread>

#include "harness/base/error.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

/// Runs the action in a process of its own (forked while no database is open here) and returns its id.
pid_t in_a_process(const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  try {
    action();
    ::_exit(0);
  } catch (const std::exception& error) {
    ::write(2, error.what(), std::strlen(error.what()));
    ::write(2, "\n", 1);
  }
  ::_exit(1);
}

int exit_code(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::uint64_t test_seed() {
  const char* fixed = std::getenv("SYNTHBENCH_TEST_SEED");
  return fixed != nullptr ? std::strtoull(fixed, nullptr, 10) : std::random_device{}();
}

TEST(Races, TwoProcessesCreateTheSameDatabaseAtOnce) {
  for (int round = 0; round < 40; ++round) {
    TempFolder folder;
    const std::string path = folder / "r.db";
    std::vector<pid_t> children;
    for (const char* name : {"one", "two", "three"}) {
      children.push_back(in_a_process([&] { Sweep(path, some_cells(), name); }));
    }
    for (const pid_t child : children) ASSERT_EQ(exit_code(child), 0);
    const auto store = Store::open_to_read(path);
    EXPECT_EQ(count(*store, "SELECT count(*) FROM migration"), 1);
    EXPECT_EQ(count(*store, "SELECT count(*) FROM sweep"), 3);
    EXPECT_EQ(count(*store, "SELECT count(*) FROM build"), 1);
    expect_healthy(*store);
  }
}

/// Works on the sweep until no cell is left that can be claimed.
void work(const std::string& path, const std::vector<CellRow>& cells, const std::string& owner, double lease_s) {
  Sweep sweep(path, cells);
  bool open = true;
  while (open) {
    open = false;
    for (const Store::CellState& cell : sweep.store->cells(sweep.id)) {
      if (cell.state != "pending" && cell.state != "running") continue;
      open = true;
      const auto claimed = sweep.claim(cell.cell_id, lease_s, owner);
      if (claimed) sweep.store->finish(*claimed, owner, timed({std::vector<double>(50, 0.001)}));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

void expect_one_result_each(const std::string& path, std::int64_t cells) {
  const auto store = Store::open_to_read(path);
  expect_healthy(*store);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM cell WHERE state='done'"), cells);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM attempt WHERE outcome='running'"), 0);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM (SELECT 1 FROM attempt WHERE outcome='done' GROUP BY cell_id HAVING count(*)>1)"), 0);
  EXPECT_EQ(count(*store, R"(SELECT count(*) FROM cell JOIN attempt a ON a.attempt_id=result_attempt_id
                             WHERE a.cell_id=cell.cell_id AND a.outcome='done')"),
            cells);
  EXPECT_EQ(count(*store, "SELECT count(*) FROM sample s JOIN attempt a USING(attempt_id) WHERE a.outcome<>'done'"), 0);
}

TEST(Races, FourProcessesShareASweepAndDoNoCellTwice) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = some_cells({16, 32, 48, 64, 80}, {0, 1, 2, 3});
  std::vector<pid_t> children;
  for (const char* owner : {"a", "b", "c", "d"}) children.push_back(in_a_process([&] { work(path, cells, owner, 60); }));
  for (const pid_t child : children) EXPECT_EQ(exit_code(child), 0);
  expect_one_result_each(path, 20);
  EXPECT_EQ(count(*Store::open_to_read(path), "SELECT count(*) FROM attempt"), 20);
}

TEST(Races, KilledInTheMiddleEveryCellStillEndsInOneResult) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("SYNTHBENCH_TEST_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::vector<CellRow> cells = some_cells({16, 32, 48, 64, 80, 96}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15});
  int killed = 0;
  for (int round = 0; round < 60; ++round) {
    const pid_t child = in_a_process([&] { work(path, cells, "round " + std::to_string(round), 0.05); });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    ::kill(child, SIGKILL);
    killed += exit_code(child) == 128 + SIGKILL ? 1 : 0;
  }
  EXPECT_GT(killed, 5) << "too few kills hit a process at work: nothing was tested";
  EXPECT_EQ(exit_code(in_a_process([&] { work(path, cells, "last", 0.05); })), 0);
  expect_one_result_each(path, 96);
}

TEST(Races, AKillInsideAFinishLeavesTheCellClaimed) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  // 300,000 samples take a good part of a second to write; the kill comes before the commit.
  const pid_t child = in_a_process([&] {
    Sweep sweep(path, some_cells({16}, {0}));
    const auto claimed = sweep.claim(1, 0.01);
    const AttemptResult result = timed({std::vector<double>(300'000, 0.001)});
    std::thread([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      ::kill(::getpid(), SIGKILL);
    }).detach();
    sweep.store->finish(*claimed, "me", result);
  });
  ASSERT_EQ(exit_code(child), 128 + SIGKILL);
  Sweep sweep(path, some_cells({16}, {0}));
  EXPECT_EQ(sweep.state(1), "running");
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM sample"), 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const auto heir = sweep.claim(1);
  ASSERT_TRUE(heir);
  EXPECT_TRUE(sweep.store->finish(*heir, "me", timed({{0.1}})));
  expect_healthy(*sweep.store);
}

}  // namespace
}  // namespace synthbench
