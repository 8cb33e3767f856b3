// Plans, claims and results through one connection.
#include "results/store.h"

#include <cmath>
#include <limits>

#include "harness/base/error.h"
#include "tests/results/fixtures.h"

namespace synthbench {
namespace {

TEST(Store, KeepsAPlanAndFindsItAgain) {
  TempFolder folder;
  const std::string path = folder / "r.db";
  const std::int64_t first = Sweep(path, some_cells()).id;
  Sweep again(path, some_cells());
  EXPECT_EQ(again.id, first);
  EXPECT_EQ(again.store->cells(first).size(), 4u);
  EXPECT_EQ(count(*again.store, "SELECT count(*) FROM cell"), 4);
  EXPECT_EQ(count(*again.store, "SELECT count(*) FROM config"), 2) << "a config has no seed";
  Sweep other(path, some_cells({64}), "other");
  EXPECT_NE(other.id, first);
  expect_healthy(*again.store);
}

TEST(Store, FillsColumnsAndParametersOfAConfig) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", {a_cell({{"kind", "train"}, {"task", "lm"}, {"rank", 8}, {"train.lr", 0.003}, {"causal", true}}, 0, 1)});
  const OrderedJson row = sweep.store->select("SELECT * FROM config").at(0);
  EXPECT_EQ(row["kind"], "train");
  EXPECT_EQ(row["task"], "lm");
  EXPECT_EQ(row["rank"], 8);
  EXPECT_EQ(row["seq_len"], 128);
  EXPECT_EQ(row["params"], 4096);
  EXPECT_EQ(row["flops"], 123456);
  EXPECT_EQ(sha256(row["canon_json"].get<std::string>()), row["config_sha"]);
  const auto knobs = sweep.store->select("SELECT path, text_value, num_value FROM config_param ORDER BY path");
  ASSERT_EQ(knobs.size(), 3u) << "kind, variant, backend, dtype, task, seq_len and rank are columns";
  EXPECT_EQ(knobs[0].dump(), R"({"path":"batch","text_value":"3","num_value":3.0})");
  EXPECT_EQ(knobs[1].dump(), R"({"path":"causal","text_value":"true","num_value":null})");
  EXPECT_EQ(knobs[2].dump(), R"({"path":"train.lr","text_value":"0.003","num_value":0.003})");
}

TEST(Store, APointExcludedInOnePlaceAndIncludedInAnotherRuns) {
  TempFolder folder;
  std::vector<CellRow> cells = {a_cell({}, 0, 1), a_cell({}, 0, 2), a_cell({}, 1, 3)};
  cells[0].state = cells[2].state = "excluded";
  cells[0].reason = cells[2].reason = "slow";
  Sweep sweep(folder / "r.db", cells);
  const auto stored = sweep.store->cells(sweep.id);
  ASSERT_EQ(stored.size(), 2u);
  EXPECT_EQ(stored[0].state, "pending");
  EXPECT_EQ(stored[0].reason, "");
  EXPECT_EQ(stored[1].state, "excluded");
  EXPECT_EQ(stored[1].reason, "slow");
}

TEST(Store, ClaimsOnceAndFinishesWithEverything) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  const auto claimed = sweep.claim(1);
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->n, 1);
  EXPECT_EQ(claimed->config["seq_len"], 64);
  EXPECT_FALSE(sweep.claim(1, 60, "somebody else")) << "the lease has not run out";
  EXPECT_EQ(sweep.state(1), "running");

  AttemptResult result = timed({{0.001, 0.002, 0.004}});
  result.noisy = true;
  result.first_call_ns = 12345;
  result.artifacts.push_back({"log", "logs/1.txt", std::string(64, 'a'), 17});
  ASSERT_TRUE(sweep.store->finish(*claimed, "me", result));
  EXPECT_FALSE(sweep.store->finish(*claimed, "me", result)) << "a result is written once";

  const auto cells = sweep.store->results(sweep.id);
  ASSERT_EQ(cells.size(), 4u);
  EXPECT_EQ(cells[0].state, "done");
  EXPECT_EQ(cells[0].kernel, "fused");
  ASSERT_EQ(cells[0].metrics.size(), 3u);
  EXPECT_EQ(cells[0].metrics[0].name, "median");
  EXPECT_EQ(cells[0].metrics[0].unit, "s");
  EXPECT_DOUBLE_EQ(cells[0].metrics[0].value, 0.002);
  EXPECT_EQ(cells[0].metrics[0].n, 3);
  EXPECT_EQ(cells[1].attempt_id, 0);
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM sample"), 3);
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM check_result WHERE passed=1"), 1);
  EXPECT_EQ(count(*sweep.store, "SELECT bytes FROM artifact"), 17);
  EXPECT_EQ(count(*sweep.store, "SELECT first_call_ns FROM attempt WHERE noisy=1"), 12345);
  expect_healthy(*sweep.store);
}

TEST(Store, KeepsNanAndInfinityAsKinds) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  AttemptResult result = timed({{0.5}});
  result.metrics.clear();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double value : {std::nan(""), infinity, -infinity, 2.5}) {
    MetricRow row{.name = "ppl", .unit = "", .better = "lower", .split = std::to_string(result.metrics.size())};
    row.value = value;
    row.ci_hi = infinity;
    result.metrics.push_back(row);
  }
  ASSERT_TRUE(sweep.store->finish(*sweep.claim(1), "me", result));
  const auto metrics = sweep.store->results(sweep.id)[0].metrics;
  ASSERT_EQ(metrics.size(), 4u);
  EXPECT_TRUE(std::isnan(metrics[0].value));
  EXPECT_EQ(metrics[1].value, infinity);
  EXPECT_EQ(metrics[2].value, -infinity);
  EXPECT_EQ(metrics[3].value, 2.5);
  EXPECT_FALSE(metrics[1].ci_hi) << "an interval without an end has none";
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM metric WHERE (value IS NULL) = (value_kind='finite')"), 0);
}

TEST(Store, AFailureIsARowWithItsReason) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  AttemptResult crash = ended("crashed", "SIGSEGV");
  crash.term_signal = 11;
  crash.kernel = "naive";
  ASSERT_TRUE(sweep.store->finish(*sweep.claim(1), "me", crash));
  const auto cell = sweep.store->results(sweep.id)[0];
  EXPECT_EQ(cell.state, "crashed");
  EXPECT_EQ(cell.reason, "SIGSEGV");
  EXPECT_EQ(cell.kernel, "naive");
  EXPECT_TRUE(cell.metrics.empty());
  EXPECT_EQ(count(*sweep.store, "SELECT term_signal FROM attempt"), 11);
  EXPECT_FALSE(sweep.claim(1)) << "a crashed cell is finished";
}

TEST(Store, ALostClaimWritesNothing) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  const auto zombie = sweep.claim(1, -1, "zombie");
  ASSERT_TRUE(zombie);
  const auto heir = sweep.claim(1, 60, "heir");
  ASSERT_TRUE(heir) << "the lease has run out";
  EXPECT_EQ(heir->n, 2);
  EXPECT_FALSE(sweep.store->finish(*zombie, "zombie", timed({{1.0}})));
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM metric"), 0);
  EXPECT_TRUE(sweep.store->finish(*heir, "heir", timed({{1.0}})));
  const auto attempts = sweep.store->select("SELECT outcome, error_class FROM attempt ORDER BY n");
  EXPECT_EQ(attempts[0].dump(), R"({"outcome":"crashed","error_class":"lease_expired"})");
  EXPECT_EQ(attempts[1]["outcome"], "done");
}

TEST(Store, AHeartbeatKeepsAClaim) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  ASSERT_TRUE(sweep.claim(1, -1, "slow"));
  ASSERT_TRUE(sweep.claim(2, -1, "dead"));
  sweep.store->heartbeat("slow", 60);
  EXPECT_FALSE(sweep.claim(1, 60, "next"));
  EXPECT_TRUE(sweep.claim(2, 60, "next"));
}

TEST(Store, AnAbandonedCellIsPendingAgain) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  const auto claimed = sweep.claim(1);
  sweep.store->abandon(*claimed, "me", "interrupted");
  EXPECT_EQ(sweep.state(1), "pending");
  EXPECT_EQ(sweep.store->select("SELECT outcome, error_msg FROM attempt").at(0).dump(),
            R"({"outcome":"abandoned","error_msg":"interrupted"})");
  const auto again = sweep.claim(1);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->n, 2);
}

TEST(Store, MarkEndsWhatNobodyHas) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells({32, 64}, {0, 1}));
  ASSERT_TRUE(sweep.store->finish(*sweep.claim(1), "me", timed({{1.0}})));
  ASSERT_TRUE(sweep.claim(3, 60, "alive"));
  ASSERT_TRUE(sweep.claim(4, -1, "dead"));
  EXPECT_FALSE(sweep.store->mark(1, "oom", "backstop: cell 2"));
  EXPECT_TRUE(sweep.store->mark(2, "oom", "backstop: cell 1"));
  EXPECT_FALSE(sweep.store->mark(3, "oom", "backstop: cell 1"));
  EXPECT_TRUE(sweep.store->mark(4, "oom", "backstop: cell 1"));
  EXPECT_EQ(sweep.state(1), "done");
  EXPECT_EQ(sweep.state(2), "oom");
  EXPECT_EQ(sweep.state(3), "running");
  EXPECT_EQ(sweep.state(4), "oom");
  EXPECT_EQ(count(*sweep.store, "SELECT attempts FROM cell WHERE cell_id=2"), 0);
  EXPECT_EQ(sweep.store->select("SELECT outcome FROM attempt WHERE cell_id=4").at(0).dump(), R"({"outcome":"crashed"})");
}

TEST(Store, ReopensTheGivenStatesOrAllButExcludedOnes) {
  TempFolder folder;
  std::vector<CellRow> cells = some_cells({32, 64, 128}, {0, 1});
  cells[4].state = "excluded";
  Sweep sweep(folder / "r.db", cells);
  ASSERT_TRUE(sweep.store->finish(*sweep.claim(1), "me", timed({{1.0}})));
  ASSERT_TRUE(sweep.store->finish(*sweep.claim(2), "me", ended("crashed", "SIGSEGV")));
  ASSERT_TRUE(sweep.store->finish(*sweep.claim(3), "me", ended("oom", "4 GiB")));
  ASSERT_TRUE(sweep.claim(4));
  sweep.store->reopen(sweep.id, {"crashed"});
  EXPECT_EQ(sweep.state(1), "done");
  EXPECT_EQ(sweep.state(2), "pending");
  EXPECT_EQ(sweep.state(3), "oom");
  sweep.store->reopen(sweep.id, {});
  EXPECT_EQ(sweep.state(1), "pending");
  EXPECT_EQ(sweep.state(3), "pending");
  EXPECT_EQ(sweep.state(4), "running");
  EXPECT_EQ(sweep.state(5), "excluded");
  EXPECT_EQ(count(*sweep.store, "SELECT count(*) FROM metric"), 3) << "attempts stay as history";
  EXPECT_EQ(sweep.claim(1)->n, 2);
}

TEST(Store, OneBuildForTwoCommitsOfTheSameSources) {
  TempFolder folder;
  const auto store = Store::open_to_write(folder / "r.db");
  BuildRow build = a_build();
  build.git_sha = "bbbb";
  build.dirty = true;
  const std::int64_t id = store->build_id(build);
  build.git_sha = "cccc";
  build.dirty = false;
  EXPECT_EQ(store->build_id(build), id);
  build.git_sha = "dddd";
  EXPECT_EQ(store->build_id(build), id);
  EXPECT_EQ(store->select("SELECT git_sha, dirty FROM build").at(0).dump(), R"({"git_sha":"cccc","dirty":0})")
      << "of two, clean, then the smaller git_sha stays";
  build.flags = "-O3";
  EXPECT_NE(store->build_id(build), id);
  const std::int64_t env = store->env_id(a_machine());
  EXPECT_EQ(store->env_id(a_machine()), env);
  EXPECT_NE(store->env_id(a_machine("elsewhere")), env);
}

TEST(Store, SelectBindsParametersAndKeepsTypes) {
  TempFolder folder;
  const auto store = Store::open_to_write(folder / "r.db");
  const auto rows = store->select("SELECT ? AS a, ? AS b, ? AS c, ? AS d", {Json("o'clock"), Json(7), Json(0.5), Json()});
  EXPECT_EQ(rows.at(0).dump(), R"({"a":"o'clock","b":7,"c":0.5,"d":null})");
  EXPECT_EQ(store->select_all("SELECT 1 AS x, 2 AS y WHERE 0").columns, (std::vector<std::string>{"x", "y"}));
}

TEST(Store, AReaderCannotWrite) {
  TempFolder folder;
  Sweep sweep(folder / "r.db", some_cells());
  const auto reader = Store::open_to_read(folder / "r.db");
  EXPECT_THROW(reader->mark(1, "oom", "no"), std::logic_error);
  EXPECT_EQ(user_error([&] { reader->select("DELETE FROM cell"); }),
            folder / "r.db" + ": cannot write: the file or its folder is read-only");
}

}  // namespace
}  // namespace synthbench
