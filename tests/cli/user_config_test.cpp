// ~/.config/synthbench/config.toml: what a user always wants, below the grid and above the defaults.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/cli/grids.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

using Variables = std::map<std::string, std::string>;

/// A folder with a user config and a grid that names seq_len, batch, heads and d_model.
class Home {
 public:
  explicit Home(const std::string& config, const std::string& grid = kTinyGrid) {
    std::filesystem::create_directories(place.folder() / "xdg" / "synthbench");
    place.write("xdg/synthbench/config.toml", config);
    place.write("grid.toml", grid);
  }

  Done call(std::vector<std::string> words, Variables variables = {}) const {
    variables.emplace("XDG_CONFIG_HOME", place.path("xdg"));
    return place(words, variables);
  }

  /// The config of the plan's first cell.
  Json first(std::vector<std::string> more = {}, const Variables& variables = {}) const {
    std::vector<std::string> words = {"plan", "grid.toml", "-o", "json"};
    words.insert(words.end(), more.begin(), more.end());
    const Done done = call(words, variables);
    EXPECT_EQ(done.code, 0) << done.err;
    return done.code == 0 ? Json::parse(done.out)["cells"][0]["config"] : Json::object();
  }

  const Place place;
};

TEST(UserConfig, IsBelowTheGridTheEnvironmentAndTheCommandLineAndAboveTheDefaults) {
  const Home home("dtype = \"f64\"\nheads = 16\n");
  EXPECT_EQ(home.first()["dtype"], "f64") << "the grid does not name it";
  EXPECT_EQ(home.first()["heads"], 2) << "the grid names it";
  EXPECT_EQ(home.first({}, {{"SYNTHBENCH_DTYPE", "f32"}})["dtype"], "f32");
  EXPECT_EQ(home.first({"--dtype", "f32"})["dtype"], "f32");
}

TEST(UserConfig, WhoSaidAFilterOrAShardIsNamedInItsRefusal) {
  const Home home("shard = \"3/2\"\n");
  EXPECT_EQ(refusal_flaw(home.call({"plan", "grid.toml"}), {"config.toml:1: shard 3/2: shards count from 1"}), "");
  EXPECT_EQ(refusal_flaw(home.call({"plan", "grid.toml"}, {{"SYNTHBENCH_SHARD", "0/0"}}), {"SYNTHBENCH_SHARD 0/0: "}), "");
  EXPECT_EQ(refusal_flaw(home.call({"plan", "grid.toml", "--shard", "x"}), {"--shard: 'x'"}), "");
  const Variables half = {{"SYNTHBENCH_ONLY", "seed ="}, {"SYNTHBENCH_SHARD", "1/1"}};
  EXPECT_EQ(refusal_flaw(home.call({"plan", "grid.toml"}, half), {"SYNTHBENCH_ONLY: filter"}), "");
}

TEST(UserConfig, HasListsRangesSwitchesAndSet) {
  const Home home("seed = [0, \"3-4\"]\nquick = true\nset = [\"causal=true\", \"measure.cache=cold\"]\n");
  const Done done = home.call({"plan", "grid.toml", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const Json plan = Json::parse(done.out);
  std::vector<int> seeds;
  for (const Json& value : plan["axes"].back()["values"]) seeds.push_back(value.get<int>());
  EXPECT_EQ(plan["axes"].back()["name"], "seed");
  EXPECT_EQ(seeds, (std::vector<int>{0, 3, 4}));
  EXPECT_EQ(plan["cells"][0]["config"]["causal"], true);
}

TEST(UserConfig, AnotherSpellingOfTheBatchInTheGridBeatsIt) {
  const Home batch("tokens = 8192\n");
  EXPECT_EQ(batch.first()["batch"], 1) << "the grid says batch";
  const Home tokens("batch = 7\n", "schema = 1\n[base]\ntokens = 64\nseq_len = 32\n");
  EXPECT_EQ(tokens.first()["batch"], 2) << "the grid says tokens";
}

TEST(UserConfig, SetsWhatIsNoPartOfAGridToo) {
  const Home home("output = \"json\"\ndb = \"elsewhere.db\"\n");
  const Done done = home.call({"plan", "grid.toml"});
  EXPECT_EQ(done.out.substr(0, 1), "{") << done.out;
  const Done missing = home.call({"ls", "sweeps"});
  EXPECT_EQ(refusal_flaw(missing, {"elsewhere.db"}), "");
}

TEST(UserConfig, MistakesAreRefusedWithFileLineAndTheNearestWord) {
  struct Case {
    const char* config;
    std::vector<std::string> words;
  };
  const Case cases[] = {
      {"\nhaeds = 4\n", {"config.toml:2", "haeds", "heads"}},
      {"# no\n# yes\nheads = \"8x\"\n", {"config.toml:3", "heads", "8x"}},
      {"quick = \"often\"\n", {"config.toml:1", "quick", "true or false"}},
      {"[heads]\nx = 1\n", {"config.toml:1", "heads"}},
      {"db = [\"a\", \"b\"]\n", {"config.toml:1", "db", "list"}},
      {"heads = 4\nheads = 5\n", {"config.toml:2"}},
      {"output = \"jsn\"\n", {"config.toml:1", "output", "jsn", "json"}},
      {"min-time = \"12 parsecs\"\n", {"config.toml:1", "min-time", "12 parsecs"}},
  };
  for (const Case& one : cases) {
    const Home home(one.config);
    EXPECT_EQ(refusal_flaw(home.call({"plan", "grid.toml", "--dtype", "f32"}), one.words), "") << one.config;
  }
}

TEST(UserConfig, LiesInTheHomeFolderWhereXdgSaysNothing) {
  const Place place;
  std::filesystem::create_directories(place.folder() / ".config" / "synthbench");
  place.write(".config/synthbench/config.toml", "nonsense = 1\n");
  place.write("grid.toml", kTinyGrid);
  const Variables home = {{"HOME", place.folder().string()}};
  EXPECT_EQ(refusal_flaw(place({"plan", "grid.toml"}, home), {".config/synthbench/config.toml:1", "nonsense"}), "");
  EXPECT_EQ(place({"plan", "grid.toml"}, {{"HOME", place.folder().string()}, {"XDG_CONFIG_HOME", "relative"}}).code, 2)
      << "a relative XDG_CONFIG_HOME is ignored";
  EXPECT_EQ(place({"plan", "grid.toml"}).code, 0) << "without HOME there is no user config";
}

}  // namespace
}  // namespace synthbench
