#include "harness/groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/backstop.h"
#include "harness/base/files.h"
#include "harness/base/words.h"
#include "harness/reproduce.h"
#include "tests/harness/plans.h"
#include "tests/harness/scene.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using Order = RunOptions::Order;

std::vector<std::int64_t> order_of(const std::vector<Group>& groups) {
  std::vector<std::int64_t> indices;
  for (const Group& group : groups) {
    for (const PlannedPlace& place : group.cells) indices.push_back(place.index);
  }
  return indices;
}

TEST(Groups, CellsThatDifferInVariantBackendAndRankAloneTakeTurns) {
  const auto plan = tiny_plan({{"variant", "vanilla,factorized_random,dense"},
                               {"backend", "eigen,reference"},
                               {"rank", "4,8"},
                               {"seq_len", "16,32"},
                               {"seed", "0,1"}});
  for (const Group& group : group_cells(*plan, Order::interleaved, 1)) {
    ASSERT_LE(group.cells.size(), kMaxGroup);
    std::set<std::pair<std::int64_t, std::int64_t>> sizes;
    for (const PlannedPlace& place : group.cells) {
      const PlannedCell cell = plan->cell(place.index);
      sizes.insert({cell.config.integer("seq_len"), cell.seed});
    }
    EXPECT_EQ(sizes.size(), 1u);
  }
  EXPECT_EQ(group_cells(*plan, Order::interleaved, 1).size(), 4u);  // 2 lengths, 2 seeds
}

TEST(Groups, EveryCellIsInExactlyOneGroupInEveryOrder) {
  SCOPED_TRACE(seed_trace());
  const auto plan = tiny_plan({{"variant", "vanilla,random,dense"}, {"seq_len", "16-64*2"}, {"seed", "0-6"}});
  for (const Order order : {Order::interleaved, Order::grid, Order::random}) {
    std::vector<std::int64_t> indices = order_of(group_cells(*plan, order, test_seed()));
    std::sort(indices.begin(), indices.end());
    ASSERT_EQ(std::ssize(indices), plan->size());
    for (std::int64_t k = 0; k < plan->size(); ++k) ASSERT_EQ(indices[static_cast<std::size_t>(k)], k);
  }
}

TEST(Groups, AGroupHasAtMostSixteenCells) {
  const auto plan = tiny_plan({{"variant", "factorized_random"}, {"rank", "1-40"}, {"seq_len", "64"}});
  const auto groups = group_cells(*plan, Order::interleaved, 1);
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_EQ(groups[0].cells.size(), 16u);
  EXPECT_EQ(groups[2].cells.size(), 8u);
}

TEST(Groups, GridOrderIsPlanOrderCellByCell) {
  const auto plan = tiny_plan({{"seed", "0-3"}, {"variant", "vanilla,dense"}});
  const auto groups = group_cells(*plan, Order::grid, 1);
  EXPECT_EQ(std::ssize(groups), plan->size());
  const auto indices = order_of(groups);
  EXPECT_TRUE(std::is_sorted(indices.begin(), indices.end()));
}

TEST(Groups, RandomOrderFollowsFromItsSeed) {
  SCOPED_TRACE(seed_trace());
  const auto plan = tiny_plan({{"seq_len", "16-96+8"}, {"variant", "vanilla,dense"}});
  EXPECT_EQ(order_of(group_cells(*plan, Order::random, test_seed())), order_of(group_cells(*plan, Order::random, test_seed())));
  EXPECT_NE(order_of(group_cells(*plan, Order::random, 1)), order_of(group_cells(*plan, Order::random, 2)));
}

TEST(Backstop, SpeaksForCellsThatAreAtLeastAsLarge) {
  const auto at = [](const std::string& length, const std::string& batch, const std::string& variant = "vanilla") {
    return config_of({{"variant", variant}, {"seq_len", length}, {"batch", batch}});
  };
  Backstop backstop;
  EXPECT_FALSE(backstop.reason(at("64", "2")));
  backstop.add(at("32", "2"), 12);
  EXPECT_EQ(backstop.reason(at("64", "2")), "backstop: cell 12");
  EXPECT_EQ(backstop.reason(at("32", "4")), "backstop: cell 12");
  EXPECT_EQ(backstop.reason(at("32", "2")), "backstop: cell 12");
  EXPECT_FALSE(backstop.reason(at("16", "2")));
  EXPECT_FALSE(backstop.reason(at("64", "1"))) << "longer, but fewer samples";
  EXPECT_FALSE(backstop.reason(at("64", "2", "dense"))) << "another variant";
}

TEST(Backstop, ATableThatGrowsWithTheLengthDoesNotHideTheLikeness) {
  const auto at = [](const std::string& length, const std::string& max_len) {
    std::vector<std::pair<std::string, std::string>> axes = {{"variant", "random"}, {"seq_len", length}};
    if (!max_len.empty()) axes.push_back({"max_len", max_len});
    return config_of(axes);
  };
  Backstop backstop;
  backstop.add(at("32", ""), 3);
  EXPECT_TRUE(backstop.reason(at("64", "")));
  backstop.add(at("16", "512"), 4);
  EXPECT_EQ(backstop.reason(at("64", "512")), "backstop: cell 4");
  EXPECT_FALSE(backstop.reason(at("64", "128"))) << "a smaller table";
}

TEST(Reproduce, ASpeedCellIsABenchCommandWithEveryKey) {
  const auto plan = tiny_plan({{"variant", "random+vanilla"}, {"seq_len", "16"}});
  const std::string command = reproduce_command(plan->cell(0).config, 3, *plan, "");
  EXPECT_TRUE(command.starts_with("synthbench bench ")) << command;
  for (const char* part : {"--set variant=random+vanilla", "--set seq_len=16", "--set threads=1", "--seed 3", "-r 3"}) {
    EXPECT_NE(command.find(part), std::string::npos) << part << " in " << command;
  }
}

TEST(Reproduce, ABenchCommandSaysWhatMeasuringSaidBesidesItsDefaults) {
  auto plan = tiny_plan({{"variant", "vanilla"}, {"seq_len", "16"}});
  plan->measure = {.launches = 2, .min_samples = 4, .cache = {"hot", "cold"}, .gate = false};
  const std::string command = reproduce_command(plan->cell(0).config, 0, *plan, "");
  for (const char* part :
       {"--launches 2 ", "--min-time 0.3s", "--set measure.min_samples=4 ", "--set measure.cache=hot,cold ", "--set check.gate=false "}) {
    EXPECT_NE(command.find(part), std::string::npos) << part << " in " << command;
  }
}

TEST(Reproduce, ATrainingRepeatsWhatTheCommandLineChangedInTheGrid) {
  PlanRequest request;
  request.overrides = {{"kind", "train", "--set"}, {"variant", "vanilla,dense", "-m"}, {"train.lr", "0.5", "--set"}, {"seed", "0-1", "-s"}};
  request.smoke = true;
  const auto plan = make_plan(request);
  const PlannedCell cell = plan->cell(1);
  EXPECT_EQ(reproduce_command(cell.config, cell.seed, *plan, "my grid.toml"),
            "synthbench run 'my grid.toml' --set kind=train --set variant=vanilla,dense --set train.lr=0.5 --set seed=0-1 --smoke --only " +
                shell_word("variant = 'dense' AND seed = 0") + " --force");
}

TEST(Reproduce, ATrainingWithoutAGridIsABenchThatSaysSoAndLeavesOutWhatIsComputed) {
  PlanRequest request;
  request.overrides = {{"kind", "train", "--set"}, {"variant", "dense", "-m"}};
  const auto plan = make_plan(request);
  Json values = plan->cell(0).config.json();
  values["data.sha256"] = "00ff";
  const std::string command = reproduce_command(Config(std::move(values)), 0, *plan, "");
  EXPECT_NE(command.find(" --set kind=train "), std::string::npos) << command;
  EXPECT_EQ(command.find("sha256"), std::string::npos) << command;
}

class ReproducedGrid : public Scene {};

TEST_F(ReproducedGrid, TheKeysOfAZipAndOfTokensAreSaidOneByOne) {
  const std::string grid = folder() + "/zip.toml";
  write_file(grid,
             "schema = 1\nkind = \"train\"\n[[zip]]\naxes = { seq_len = [8, 16], \"model.layers\" = [1, 2] }\n"
             "[[axis]]\nname = \"tokens\"\nvalues = [64, 128]\n");
  PlanRequest request;
  request.grid_path = grid;
  const auto plan = make_plan(request);
  ASSERT_EQ(plan->counts.cells, 4);
  std::set<std::string> commands;
  for (std::int64_t i = 0; i < plan->size(); ++i) commands.insert(reproduce_command(plan->cell(i).config, 0, *plan, "g.toml"));
  EXPECT_EQ(commands.size(), 4u);
  const Config first = plan->cell(0).config;
  EXPECT_EQ(*commands.lower_bound(reproduce_command(first, 0, *plan, "g.toml")),
            "synthbench run g.toml --only " + shell_word("model.layers = 1 AND seq_len = 8 AND batch = 8") + " --force");
}

TEST(Reproduce, WordsOfTheShellAreQuotedOnlyWhereNeeded) {
  EXPECT_EQ(shell_word("a+b=1"), "a+b=1");
  EXPECT_EQ(shell_word("my grid.toml"), "'my grid.toml'");
  EXPECT_EQ(shell_word("don't"), "'don'\\''t'");
  EXPECT_EQ(shell_word(""), "''");
}

}  // namespace
}  // namespace synthbench
