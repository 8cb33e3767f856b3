// plan --explain KEY: where each value comes from.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

constexpr const char* kGrid = R"(schema = 1
[base]
heads = 2
tokens = 64
[[axis]]
name = "kind"
values = ["speed", "train"]
[[axis]]
name = "seq_len"
values = [16, 32]
[[axis]]
name = "task"
values = ["lm"]
when = { kind = "train" }
[[axis]]
name = "model.preset"
values = ["tiny"]
when = { kind = "train" }
[[exclude]]
when = { kind = "speed", seq_len = 32 }
[[include]]
kind = "speed"
heads = 4
seq_len = 8
[measure]
launches = 2
)";

struct From {
  Json value;
  int cells;
  std::string source, where;
  bool operator==(const From&) const = default;
};
void PrintTo(const From& from, std::ostream* out) {
  *out << from.value << " " << from.cells << " " << from.source << " '" << from.where << "'";
}

std::vector<From> explained(const std::string& key, std::vector<std::string> more = {},
                            const std::map<std::string, std::string>& variables = {}) {
  const Place place;
  place.write("grid.toml", kGrid);
  std::vector<std::string> words = {"plan", "grid.toml", "-o", "json", "--explain", key};
  words.insert(words.end(), more.begin(), more.end());
  const Done done = place(words, variables);
  EXPECT_EQ(done.code, 0) << done.err;
  std::vector<From> out;
  for (const Json& row : Json::parse(done.out, nullptr, false)) {
    const auto text = [&](const char* name) { return row[name].is_null() ? std::string() : row[name].get<std::string>(); };
    out.push_back({row["value"], row["cells"].get<int>(), text("source"), text("where")});
  }
  return out;
}

using Rows = std::vector<From>;

TEST(Explain, NamesFileAndLineOfBaseAxisAndInclude) {
  EXPECT_EQ(explained("heads"), (Rows{{2, 3, "grid", "grid.toml:3"}, {4, 1, "grid", "grid.toml:23"}}));
  EXPECT_EQ(explained("seq_len"), (Rows{{16, 2, "grid", "grid.toml:8"}, {32, 1, "grid", "grid.toml:8"}, {8, 1, "grid", "grid.toml:24"}}));
}

TEST(Explain, TellsPresetsDefaultsAndWhatFollowsApart) {
  EXPECT_EQ(explained("dtype"), (Rows{{"f32", 4, "default", ""}}));
  EXPECT_EQ(explained("d_model"), (Rows{{512, 2, "default", ""}, {128, 2, "preset", "preset tiny"}}));
  const Rows layers = explained("model.layers");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0], (From{nullptr, 2, "", ""})) << "attention alone has no layers";
  EXPECT_EQ(layers[1], (From{2, 2, "preset", "preset tiny"}));
  const Rows head_dim = explained("head_dim");
  EXPECT_EQ(head_dim.front().source, "derived");
  EXPECT_NE(head_dim.front().where.find("d_model / heads"), std::string::npos);
}

TEST(Explain, NamesTheOtherSpellingOfABatch) {
  for (const From& row : explained("batch")) EXPECT_EQ(row.where, "grid.toml:4: tokens") << row.value;
}

TEST(Explain, NamesVariablesFlagsAndTheUserConfig) {
  EXPECT_EQ(explained("dtype", {}, {{"SYNTHBENCH_DTYPE", "f64"}}), (Rows{{"f64", 4, "environment", "SYNTHBENCH_DTYPE=f64"}}));
  EXPECT_EQ(explained("dtype", {"--dtype", "f64"}), (Rows{{"f64", 4, "flag", "--dtype f64"}}));
  EXPECT_EQ(explained("seed", {"--set", "seed=5"}), (Rows{{5, 4, "flag", "--set seed=5"}}));
  const Place home;
  std::filesystem::create_directories(home.folder() / "synthbench");
  const std::string config = home.write("synthbench/config.toml", "\ndtype = \"f64\"\n");
  EXPECT_EQ(explained("dtype", {}, {{"XDG_CONFIG_HOME", home.folder().string()}}), (Rows{{"f64", 4, "user config", config + ":2: dtype"}}));
}

TEST(Explain, KnowsTheKeysOfMeasureToo) {
  EXPECT_EQ(explained("launches"), (Rows{{2, 4, "grid", "grid.toml:26"}}));
  EXPECT_EQ(explained("measure.launches", {"--launches", "5"}), (Rows{{5, 4, "flag", "--launches 5"}}));
  EXPECT_EQ(explained("min_samples"), (Rows{{10, 4, "default", ""}}));
  EXPECT_EQ(explained("launches", {"--quick"}), (Rows{{1, 4, "flag", "--quick"}}));
}

TEST(Explain, ReadsAsLinesForPeopleAndRefusesUnknownKeys) {
  const Place place;
  place.write("grid.toml", kGrid);
  const Done done = place({"plan", "grid.toml", "--explain", "heads"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.out.find("grid: grid.toml:3"), std::string::npos) << done.out;
  EXPECT_EQ(refusal_flaw(place({"plan", "grid.toml", "--explain", "haeds"}), {"--explain", "haeds", "heads"}), "");
  EXPECT_EQ(place.files().size(), 1u) << "nothing is written";
}

}  // namespace
}  // namespace synthbench
