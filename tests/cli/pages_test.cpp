// `help TOPIC`, man pages, and `doctor` from outside.
#include <gtest/gtest.h>

#include <set>

#include "harness/base/json.h"
#include "harness/base/words.h"
#include "tests/cli/shell.h"

namespace synthbench {
namespace {

const std::vector<std::string> kTopics = {"backends", "comparing", "continuing", "environment", "exit-codes", "filters", "grid",
                                          "keys",     "measuring", "output",     "ranges",      "shards",     "states",  "variants"};

TEST(Topics, EachIsAPageOnStdoutAndHelpNamesItsWord) {
  const Place place;
  const std::string all = place({"--help"}).out;
  for (const std::string& topic : kTopics) {
    const Done page = place({"help", topic});
    EXPECT_EQ(page.code, 0) << topic << page.err;
    EXPECT_EQ(page.err, "");
    EXPECT_TRUE(page.out.starts_with(topic + ": ")) << page.out;
    EXPECT_GT(std::ranges::count(page.out, '\n'), 5) << topic;
    EXPECT_NE(all.find(topic), std::string::npos) << topic;
  }
  EXPECT_NE(place({"help", "variants"}).out.find("factorized_dense"), std::string::npos);
  EXPECT_NE(place({"help", "keys"}).out.find("train.warmup"), std::string::npos);
  EXPECT_EQ(refusal_flaw(place({"help", "rangs"}), {"'ranges'"}), "");
}

TEST(Topics, TheGridOfItsPagePlans) {
  const Place place;
  std::string grid;
  bool inside = false;
  for (const std::string& line : split(place({"help", "grid"}).out, '\n')) {
    inside = inside ? !line.empty() : line.starts_with("  schema = 1");
    if (inside) grid += line + "\n";
  }
  const Done plan = place({"plan", place.write("grid.toml", grid), "-o", "json"});
  ASSERT_EQ(plan.code, 0) << plan.err << grid;
  EXPECT_GT(Json::parse(plan.out)["counts"]["cells"].get<int>(), 10);
}

/// Programs that know man pages better than we do.
std::string complaints_about(const Place& place, const std::string& file) {
  if (installed("groff")) {
    const Done done = shell(place, "groff -ww -z -man -Tutf8 " + file);
    if (!(done.out + done.err).empty()) return "groff: " + done.out + done.err;
  }
  if (installed("mandoc")) {
    const Done done = shell(place, "mandoc -Tlint -W warning " + file);
    if (!(done.out + done.err).empty()) return "mandoc: " + done.out + done.err;
  }
  return {};
}

TEST(ManPages, OfEveryCommandAndTopicHoldWhatHelpSays) {
  const Place place;
  ASSERT_EQ(place({"_man", "man"}, {{"SOURCE_DATE_EPOCH", "1700000000"}}).code, 0);
  std::set<std::string> pages;
  for (const auto& file : std::filesystem::recursive_directory_iterator(place.folder() / "man")) {
    if (file.is_regular_file()) pages.insert(file.path().filename().string());
  }
  for (const char* name : {"synthbench.1", "synthbench-run.1", "synthbench-check-golden.1", "synthbench-doctor.1", "synthbench-compare.1",
                           "synthbench-baseline-save.1", "synthbench-ranges.7"})
    EXPECT_TRUE(pages.contains(name)) << name;
  EXPECT_FALSE(pages.contains("synthbench-_worker.1"));
  const std::string all = shell(place, "cat man/man1/synthbench.1").out;
  for (const std::string& page : pages) {  // a command whose group has no heading would be left out
    const std::size_t dot = page.find('.');
    std::string name = page.substr(0, dot);
    for (std::size_t at = 0; (at = name.find('-', at)) != std::string::npos; at += 2) name.replace(at, 1, "\\-");
    if (name == "synthbench") continue;
    EXPECT_NE(all.find(".BR " + name + " (" + page.substr(dot + 1) + ")"), std::string::npos) << page;
  }
  const std::string run = shell(place, "cat man/man1/synthbench-run.1").out;
  EXPECT_TRUE(run.starts_with(".TH SYNTHBENCH-RUN 1 2023-11-14 \"synthbench ")) << run.substr(0, 80);
  for (const char* part : {"\\fB\\-\\-retry\\fR \\fISTATES\\fR", "\\fB\\-oe\\fR, \\fB\\-\\-output\\-err\\fR", ".SH MEASURING"})
    EXPECT_NE(run.find(part), std::string::npos) << part;
}

TEST(ManPages, AreWellFormed) {
  if (!installed("groff") && !installed("mandoc")) GTEST_SKIP() << "neither groff nor mandoc is installed";
  const Place place;
  ASSERT_EQ(place({"_man", "man"}).code, 0);
  for (const auto& file : std::filesystem::recursive_directory_iterator(place.folder() / "man")) {
    if (!file.is_regular_file()) continue;
    EXPECT_EQ(complaints_about(place, "'" + file.path().string() + "'"), "") << file.path();
  }
}

TEST(ManPages, AreRenderedByMan) {
  if (!installed("man")) GTEST_SKIP() << "man is not installed";
  const Place place;
  ASSERT_EQ(place({"_man", "man"}).code, 0);
  const Done done = shell(place, "MANWIDTH=100 MANROFFOPT= man -l man/man1/synthbench-run.1 | cat");
  EXPECT_EQ(done.code, 0) << done.err;
  for (const char* part : {"NAME", "SYNOPSIS", "--max-failures N", "TALKING"})
    EXPECT_NE(done.out.find(part), std::string::npos) << part << " in\n" << done.out.substr(0, 2000);
}

TEST(Install, PutsManPagesAndCompletionWhereSystemsLookForThem) {
  const Place place;
  const Done done = shell(place, "DESTDIR= cmake --install '" SYNTHBENCH_BINARY_DIR "' --component manual --prefix prefix");
  ASSERT_EQ(done.code, 0) << done.out << done.err;
  for (const char* file :
       {"man/man1/synthbench.1", "man/man1/synthbench-run.1", "man/man7/synthbench-grid.7", "bash-completion/completions/synthbench",
        "zsh/site-functions/_synthbench", "fish/vendor_completions.d/synthbench.fish"}) {
    EXPECT_TRUE(std::filesystem::exists(place.folder() / "prefix/share" / file)) << file;
  }
}

TEST(Doctor, ListsEveryCheckOnceAndSaysHowToMendWhatIsNotWell) {
  const Place place;
  const Done json = place({"doctor", "-o", "json"});
  const Json found = Json::parse(json.out, nullptr, false);
  ASSERT_TRUE(found.is_array()) << json.out << json.err;
  EXPECT_EQ(found.size(), 15u);
  std::set<std::string> names;
  bool fails = false;
  for (const Json& one : found) {
    EXPECT_TRUE(names.insert(one["check"].get<std::string>()).second) << one;
    EXPECT_EQ(one["status"] == "ok", one["fix"].is_null()) << one;
    fails = fails || one["status"] == "fail";
  }
  EXPECT_EQ(json.code, fails ? 3 : 0);
  const std::string text = place({"doctor"}).out;
  for (const std::string& name : names) EXPECT_NE(text.find("  " + name), std::string::npos) << name;
  EXPECT_TRUE(place.files().empty());
}

TEST(Doctor, FailsWithThreeWhereTheDatabaseCannotBe) {
  const Place place;
  const Done done = place({"doctor", "--db", "nowhere/results.db"});
  EXPECT_EQ(done.code, 3) << done.out;
  EXPECT_NE(done.out.find("fix: mkdir -p nowhere"), std::string::npos) << done.out;
}

}  // namespace
}  // namespace synthbench
