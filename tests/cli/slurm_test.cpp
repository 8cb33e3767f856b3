// `slurm`: the script of a job array, run by a loop that plays sbatch.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "harness/base/json.h"
#include "harness/base/words.h"
#include "tests/cli/grids.h"
#include "tests/cli/shell.h"

namespace synthbench {
namespace {

/// The numbers of "#SBATCH --array=1-2,4".
std::vector<int> tasks_of(const std::string& script) {
  std::smatch found;
  EXPECT_TRUE(std::regex_search(script, found, std::regex("\n#SBATCH --array=([0-9,-]+)\n"))) << script;
  std::vector<int> tasks;
  for (const std::string& part : split(found[1].str(), ',')) {
    const std::vector<std::string> ends = split(part, '-');
    for (int i = std::stoi(ends.front()); i <= std::stoi(ends.back()); ++i) tasks.push_back(i);
  }
  return tasks;
}

TEST(Slurm, TheTasksOfTheArrayAreTogetherThePlanExactlyOnce) {
  const Place place;
  place.write("grid.toml", kTinyGrid);
  ASSERT_EQ(shell(place, "synthbench slurm grid.toml --tasks 3 --db runs/tiny.db -r 3 > job.sh; mkdir runs local").code, 0);
  const std::vector<int> tasks = tasks_of(shell(place, "cat job.sh").out);
  ASSERT_FALSE(tasks.empty());
  for (const int task : tasks) {
    const Done done = shell(place, "TMPDIR=$PWD/local SLURM_ARRAY_TASK_ID=" + std::to_string(task) + " bash job.sh");
    EXPECT_EQ(done.code, 0) << done.err;
  }
  std::multiset<std::string> run, planned;
  for (const int task : tasks) {
    const Done cells =
        shell(place, "synthbench query -o json --db runs/tiny-" + std::to_string(task) +
                         "-of-3.db --sql \"SELECT config_sha AS sha, seed FROM cell JOIN config USING(config_id) WHERE state = 'done'\"");
    for (const Json& cell : Json::parse(cells.out, nullptr, false)) run.insert(cell["sha"].get<std::string>() + " " + cell["seed"].dump());
  }
  const Json plan = Json::parse(shell(place, "synthbench plan grid.toml -o json").out);
  for (const Json& cell : plan["cells"]) planned.insert(cell["config_sha"].get<std::string>() + " " + cell["seed"].dump());
  EXPECT_EQ(planned.size(), 4u);
  EXPECT_EQ(run, planned);
  EXPECT_EQ(shell(place, "find local -name 'synthbench.*'").out, "") << "nothing stays on the node";

  const Done again = shell(place, "SLURM_ARRAY_TASK_ID=" + std::to_string(tasks.front()) + " bash job.sh");
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find(": 0 attempts started"), std::string::npos) << "submitted again, it goes on: " << again.err;
}

TEST(Slurm, PassesTheFlagsOfRunOnAndKeepsItsOwn) {
  const Place place;
  place.write("my grid.toml", kTinyGrid);
  const std::string script = shell(place,
                                   "synthbench slurm 'my grid.toml' --tasks 2 --sbatch time=4:00:00 --sbatch partition=short --only "
                                   "\"seq_len = 13\" --quick --retry oom")
                                 .out;
  for (const char* part :
       {"#SBATCH --time=4:00:00\n", "#SBATCH --partition=short\n", "#SBATCH --exclusive\n", "#SBATCH --job-name=tiny\n",
        " run 'my grid.toml' --shard \"$SLURM_ARRAY_TASK_ID/2\" ", " --only 'seq_len = 13'", " --quick", " --retry oom"}) {
    EXPECT_NE(script.find(part), std::string::npos) << part << " in\n" << script;
  }
  EXPECT_EQ(script.find("--tasks"), std::string::npos) << script;
  EXPECT_EQ(script.find("--sbatch"), std::string::npos) << script;
  EXPECT_EQ(shell(place, "synthbench slurm 'my grid.toml' | bash -n").err, "");
}

TEST(Slurm, RefusesWhatCannotBeAJob) {
  const Place place;
  place.write("grid.toml", kTinyGrid);
  EXPECT_EQ(refusal_flaw(place({"slurm", "grid.toml", "--shard", "1/2"}), {"--shard", "--tasks"}), "");
  EXPECT_EQ(refusal_flaw(place({"slurm", "grid.toml", "--dry-run"}), {"--dry-run"}), "");
  EXPECT_EQ(refusal_flaw(place({"slurm", "grid.toml", "--tasks", "0"}), {"--tasks 0"}), "");
  EXPECT_EQ(refusal_flaw(place({"slurm", "none.toml"}), {"none.toml"}), "");
  EXPECT_EQ(place({"slurm", "grid.toml", "--only", "seq_len = 1"}).code, 5);
}

TEST(ShardSlurm, ReadsItsPlaceInTheArray) {
  const Place place;
  const std::string grid = place.write("grid.toml", kTinyGrid);
  std::size_t cells = 0;
  for (int task = 5; task <= 7; ++task) {
    const std::map<std::string, std::string> array = {{"SLURM_ARRAY_TASK_ID", std::to_string(task)},
                                                      {"SLURM_ARRAY_TASK_MIN", "5"},
                                                      {"SLURM_ARRAY_TASK_MAX", "7"},
                                                      {"SLURM_ARRAY_TASK_COUNT", "3"}};
    const Done slurm = place({"plan", grid, "--shard", "slurm", "-o", "json"}, array);
    const Done named = place({"plan", grid, "--shard", std::to_string(task - 4) + "/3", "-o", "json"});
    EXPECT_EQ(slurm.code, 0) << slurm.err;
    EXPECT_EQ(slurm.out, named.out);
    cells += Json::parse(slurm.out)["counts"]["cells"].get<std::size_t>();
  }
  EXPECT_EQ(cells, 4u);
}

TEST(ShardSlurm, SaysWhatIsWrongOutsideOfAnArrayAndInOneWithGaps) {
  const Place place;
  const std::string grid = place.write("grid.toml", kTinyGrid);
  const auto refused = [&](const std::map<std::string, std::string>& array, const std::string& word) {
    return refusal_flaw(place({"plan", grid, "--shard", "slurm"}, array), {"--shard slurm", word});
  };
  EXPECT_EQ(refused({}, "SLURM_ARRAY_TASK_ID is not set"), "");
  EXPECT_EQ(refused({{"SLURM_ARRAY_TASK_ID", "one"}}, "SLURM_ARRAY_TASK_ID=one is not a whole number"), "");
  EXPECT_EQ(
      refused({{"SLURM_ARRAY_TASK_ID", "3"}, {"SLURM_ARRAY_TASK_MIN", "1"}, {"SLURM_ARRAY_TASK_MAX", "5"}, {"SLURM_ARRAY_TASK_COUNT", "3"}},
              "count by ones"),
      "")
      << "1, 3, 5";
  EXPECT_EQ(refused({{"SLURM_ARRAY_TASK_ID", "9"}, {"SLURM_ARRAY_TASK_MIN", "1"}, {"SLURM_ARRAY_TASK_COUNT", "3"}}, "task 9"), "");
}

}  // namespace
}  // namespace synthbench
