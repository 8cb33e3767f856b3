// `plan`: shape, precedence of what is said where, and that nothing is written.
#include <gtest/gtest.h>

#include <set>

#include "harness/base/json.h"
#include "tests/cli/grids.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

Json plan_json(const Place& place, std::vector<std::string> more, const std::map<std::string, std::string>& variables = {}) {
  std::vector<std::string> words = {"plan", place.write("grid.toml", kTinyGrid), "-o", "json"};
  words.insert(words.end(), more.begin(), more.end());
  const Done done = place(words, variables);
  EXPECT_EQ(done.code, 0) << done.err;
  return Json::parse(done.out, nullptr, false);
}

std::set<std::int64_t> values_of(const Json& plan, const std::string& key) {
  std::set<std::int64_t> values;
  for (const Json& cell : plan["cells"]) values.insert(cell["config"][key].get<std::int64_t>());
  return values;
}

using Values = std::set<std::int64_t>;

TEST(Plan, HasTheShapeOfTheContract) {
  const Place place;
  const Json plan = plan_json(place, {});
  for (const char* key : {"sweep", "kind", "counts", "axes", "cells"}) EXPECT_TRUE(plan.contains(key)) << key;
  for (const char* key : {"product", "excluded", "duplicates", "included", "cells", "reused"})
    EXPECT_TRUE(plan["counts"].contains(key)) << key;
  EXPECT_EQ(plan["counts"]["cells"], 4);
  ASSERT_EQ(plan["cells"].size(), 4u);
  for (const char* key : {"ordinal", "state", "reason", "seed", "config", "config_sha"}) EXPECT_TRUE(plan["cells"][0].contains(key)) << key;
  EXPECT_EQ(plan["cells"][0]["state"], "pending");
  EXPECT_TRUE(plan["cells"][0]["reason"].is_null());
}

TEST(Plan, TheCommandLineBeatsTheEnvironmentWhichBeatsTheGrid) {
  const Place place;
  EXPECT_EQ(values_of(plan_json(place, {}), "seq_len"), (Values{13, 21}));
  EXPECT_EQ(values_of(plan_json(place, {}, {{"SYNTHBENCH_SEQ_LEN", "9"}}), "seq_len"), (Values{9}));
  EXPECT_EQ(values_of(plan_json(place, {"-l", "7"}, {{"SYNTHBENCH_SEQ_LEN", "9"}}), "seq_len"), (Values{7}));
  EXPECT_EQ(values_of(plan_json(place, {"--set", "seq_len=5"}, {{"SYNTHBENCH_SEQ_LEN", "9"}}), "seq_len"), (Values{5}))
      << "--set on the command line beats another flag's variable";
}

TEST(Plan, AFlagSaidTwiceIsALongerListAndAnEmptyVariableIsNone) {
  const Place place;
  EXPECT_EQ(values_of(plan_json(place, {"-l", "7", "-l", "9-11"}), "seq_len"), (Values{7, 9, 10, 11}));
  EXPECT_EQ(values_of(plan_json(place, {}, {{"SYNTHBENCH_SEQ_LEN", ""}}), "seq_len"), (Values{13, 21}));
}

TEST(Plan, LinesAreTheCellsOfTheArray) {
  const Place place;
  const Json plan = plan_json(place, {});
  const Done lines = place({"plan", place.path("grid.toml"), "-o", "jsonl"});
  std::stringstream text(lines.out);
  Json cells = Json::array();
  for (std::string line; std::getline(text, line);) cells.push_back(Json::parse(line));
  EXPECT_EQ(cells, plan["cells"]);
}

TEST(Plan, ForPeopleNamesAxesReasonsAndCounts) {
  const Place place;
  const std::string grid =
      place.write("grid.toml", kTinyGrid + "[[exclude]]\nwhen = { seq_len = 21, variant = \"dense\" }\nreason = \"too long for today\"\n");
  const Done done = place({"plan", grid});
  ASSERT_EQ(done.code, 0) << done.err;
  for (const char* part : {"tiny", "variant", "vanilla, dense", "seq_len", "13, 21", "too long for today", "cells"}) {
    EXPECT_NE(done.out.find(part), std::string::npos) << part << " in\n" << done.out;
  }
}

TEST(Plan, SaysWhatAZipAdds) {
  const Place place;
  const std::string grid = place.write("grid.toml", kTinyGrid + "[[zip]]\naxes = { seq_len = [34, 55], batch = [2, 1] }\n");
  const Done people = place({"plan", grid});
  ASSERT_EQ(people.code, 0) << people.err;
  EXPECT_NE(people.out.find("  zip                    2  batch,seq_len: adds 4 points\n"), std::string::npos) << people.out;
  const Json plan = Json::parse(place({"plan", grid, "-o", "json"}).out);
  EXPECT_EQ(plan["zips"], Json::parse(R"([{"name": "batch,seq_len", "rows": 2, "points": 4}])"));
  EXPECT_EQ(plan["counts"]["product"], 8);
}

TEST(Plan, WritesNothingAndNeitherDoesADryRun) {
  const Place place;
  const std::string grid = place.write("grid.toml", kTinyGrid);
  EXPECT_EQ(place({"plan", grid}).code, 0);
  EXPECT_EQ(place({"run", grid, "--dry-run"}).code, 0);
  EXPECT_EQ(place.files(), std::vector<std::string>{"grid.toml"});
}

TEST(Plan, OutGoesToAFileAndLeavesStdoutEmpty) {
  const Place place;
  const Done done = place({"plan", place.write("grid.toml", kTinyGrid), "-o", "json", "--out", place.path("plan.json")});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(done.out.empty());
  std::stringstream text;
  text << std::ifstream(place.path("plan.json")).rdbuf();
  EXPECT_EQ(Json::parse(text.str())["counts"]["cells"], 4);
  EXPECT_EQ(refusal_flaw(place({"plan", place.path("grid.toml"), "--out", place.path("nowhere/x")}), {"--out"}), "");
}

TEST(Plan, OutFollowsLinksKeepsPermissionsAndWritesToDevices) {
  namespace fs = std::filesystem;
  const Place place;
  const std::string grid = place.write("grid.toml", kTinyGrid), target = place.write("target.txt", "old");
  fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write);
  fs::create_symlink("target.txt", place.path("link.txt"));
  EXPECT_EQ(place({"plan", grid, "--out", place.path("link.txt")}).code, 0);
  EXPECT_TRUE(fs::is_symlink(place.path("link.txt")));
  EXPECT_GT(fs::file_size(target), 100u);
  EXPECT_EQ(fs::status(target).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(place({"plan", grid, "--out", "/dev/null"}).code, 0);
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(refusal_flaw(place({"plan", grid, "--out", "/dev/full"}), {"/dev/full"}), "");
  EXPECT_EQ(place.files().size(), 3u) << "no half-written sibling";
}

TEST(Plan, ALinkToADatabaseIsTheDatabase) {
  const Place place;
  const std::string grid = place.write("grid.toml", kTinyGrid);
  std::filesystem::create_symlink("real.db", place.path("link.db"));
  EXPECT_EQ(place({"run", grid, "--db", place.path("link.db"), "-q"}).code, 0);
  EXPECT_TRUE(std::filesystem::exists(place.path("real.db.lock")));
  EXPECT_FALSE(std::filesystem::exists(place.path("link.db.lock")));
}

TEST(Plan, ADryRunPrintsPlansOnly) {
  const Place place;
  EXPECT_EQ(refusal_flaw(place({"run", place.write("grid.toml", kTinyGrid), "--dry-run", "-o", "tex"}), {"--dry-run"}), "");
}

TEST(Init, GivesACommentedGridThatPlansAndNeverOverwrites) {
  const Place place;
  EXPECT_EQ(place({"init", "sample.toml"}).code, 0);
  const Done plan = place({"plan", "sample.toml", "-o", "json"});
  ASSERT_EQ(plan.code, 0) << plan.err;
  EXPECT_EQ(Json::parse(plan.out)["counts"]["cells"], 17);  // 5 variants, one of them with 2 ranks, 3 lengths, less one excluded
  EXPECT_GT(std::ranges::count(place({"init"}).out, '#'), 10);
  EXPECT_EQ(refusal_flaw(place({"init", "sample.toml"}), {"sample.toml"}), "");
}

}  // namespace
}  // namespace synthbench
