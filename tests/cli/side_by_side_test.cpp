// `run -j N`: trainings beside each other, each on processors of its own, and what happens to one does not touch the others.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

#include "harness/base/json.h"
#include "harness/base/processors.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

/// Trainings of seconds: four of them, and two speed cells.
constexpr const char* kGrid = R"(schema = 1
name = "beside"
[base]
task = "lm"
"model.preset" = "tiny"
"model.layers" = 1
"train.steps" = 12
"data.max_eval" = 4
seq_len = 16
batch = 2
causal = true
[[axis]]
name = "kind"
values = ["train", "speed"]
[[axis]]
name = "variant"
values = ["vanilla", "random"]
[[axis]]
name = "seed"
values = "0-1"
when = { kind = "train" }
[measure]
launches = 1
repetitions = 3
)";

class SideBySide : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(SYNTHBENCH_BINARY_DIR "/synthbench-torch")) GTEST_SKIP() << "trainings need synthbench-torch";
    if (allowed_processors().size() < 2) GTEST_SKIP() << "one processor has no two parts";
    place.write("grid.toml", kGrid);
  }
  Json rows(const std::string& sql) const {
    const Done done = place({"query", "--sql", sql, "-o", "json"});
    EXPECT_EQ(done.code, 0) << done.err;
    return Json::parse(done.out, nullptr, false);
  }

  const Place place;
};

TEST_F(SideBySide, TrainingsKeepToTheirProcessorsAndSpeedCellsAreAlone) {
  const Done run = place({"run", "grid.toml", "-j", "2", "-q"});
  ASSERT_EQ(run.code, 0) << run.err;
  const Json attempts = rows(
      "SELECT kind, volatile_json->'$.processors' AS processors, started_at AS start, ended_at AS end FROM attempt "
      "JOIN cell USING(cell_id) JOIN config USING(config_id) ORDER BY started_at");
  ASSERT_EQ(attempts.size(), 6u);
  std::set<std::string> lanes;
  int overlapping = 0;
  for (const Json& a : attempts) {
    if (a["kind"] == "train") {
      lanes.insert(a["processors"].get<std::string>());
    } else {
      EXPECT_TRUE(a["processors"].is_null());
    }
    for (const Json& b : attempts) {
      const bool together = &a < &b && a["start"] < b["end"] && b["start"] < a["end"];
      if (!together) continue;
      ++overlapping;
      EXPECT_TRUE(a["kind"] == "train" && b["kind"] == "train") << a << b;
      EXPECT_NE(a["processors"], b["processors"]) << a << b;
    }
  }
  EXPECT_GE(overlapping, 1) << "nothing ran beside anything: " << attempts;
  EXPECT_EQ(lanes.size(), 2u);
  std::set<int> all;
  std::size_t together = 0;
  for (const std::string& lane : lanes) {
    const auto numbers = Json::parse(lane).get<std::vector<int>>();
    all.insert(numbers.begin(), numbers.end());
    together += numbers.size();
  }
  EXPECT_EQ(all.size(), together) << "the lanes share a processor";
}

TEST_F(SideBySide, AFailureEndsTheRunAndGivesTheOthersBack) {
  const Done run = place({"run", "grid.toml", "-j", "2", "-q", "--set", "train.lr=1e30", "--set", "kind=train", "--fail-fast"});
  EXPECT_EQ(run.code, 3) << run.err;
  const Json states = rows("SELECT state, count(*) AS n FROM cell GROUP BY state");
  std::map<std::string, int> counts;
  for (const Json& row : states) counts[row["state"]] = row["n"];
  EXPECT_GE(counts["failed"], 1) << states;
  EXPECT_EQ(counts["running"], 0) << states;
  EXPECT_EQ(counts["failed"] + counts["pending"], 4) << states;
}

}  // namespace
}  // namespace synthbench
