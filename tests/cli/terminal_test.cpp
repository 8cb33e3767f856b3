// What a run shows on a terminal, and what it does not show elsewhere.
#include "tests/cli/terminal.h"

#include <gtest/gtest.h>

#include <regex>

#include "harness/base/json.h"
#include "tests/cli/grids.h"

namespace synthbench {
namespace {

constexpr const char* kProgram = SYNTHBENCH_BINARY_DIR "/synthbench";

/// A run of the tiny grid with stderr on a terminal and stdout in out.json; one of its backends always fails.
struct Shown {
  std::string text, out;
  int code = -1;
};
Shown run_on_terminal(const Place& place, const std::vector<std::string>& more, std::map<std::string, std::string> variables = {}) {
  std::vector<std::string> words = {kProgram, "run", place.write("grid.toml", kTinyGrid), "-b", "eigen,fault_throw", "-o", "json"};
  words.insert(words.end(), more.begin(), more.end());
  variables.insert({"SYNTHBENCH_FAULTS", "1"});
  variables.insert({"TERM", "xterm"});
  Terminal terminal(place, words, variables, place.path("out.json"));
  const std::string text = terminal.rest();
  std::stringstream out;
  out << std::ifstream(place.path("out.json")).rdbuf();
  return {text, out.str(), terminal.code()};
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

constexpr const char* kRed = "\x1b[31m";
constexpr const char* kRewrite = "\r\x1b[K";

TEST(OnATerminal, OneLineIsRewrittenAndFailuresStayInRed) {
  const Place place;
  const Shown run = run_on_terminal(place, {});
  EXPECT_EQ(run.code, 3) << run.text;
  EXPECT_EQ(Json::parse(run.out, nullptr, false).size(), 8u) << run.out;
  EXPECT_GE(count(run.text, kRewrite), 8u) << run.text;
  EXPECT_EQ(count(run.text, kRed), 4u) << "a red line for each failed cell: " << run.text;
  EXPECT_TRUE(std::regex_search(run.text, std::regex("[2-8]/8, [1-4] failed, about [^:]* left: running "))) << run.text;
}

TEST(OnATerminal, NoColorAndColorNeverTakeColoursAwayAndLeaveTheLine) {
  for (const std::string how : {"variable", "flag"}) {
    const Place place;
    const bool variable = how == "variable";
    const Shown run = variable ? run_on_terminal(place, {}, {{"NO_COLOR", "1"}}) : run_on_terminal(place, {"--color", "never"});
    EXPECT_EQ(count(run.text, kRed), 0u) << how << run.text;
    EXPECT_GE(count(run.text, kRewrite), 8u) << how << run.text;
  }
}

TEST(OnATerminal, PlainDumbAndQuietRewriteNothing) {
  const Place plain, dumb, quiet;
  const Shown lines = run_on_terminal(plain, {"--progress", "plain"});
  EXPECT_EQ(count(lines.text, "\x1b[K"), 0u) << lines.text;
  for (int i = 1; i <= 8; ++i) EXPECT_EQ(count(lines.text, std::to_string(i) + "/8 "), 1u) << i << " in " << lines.text;
  EXPECT_EQ(count(run_on_terminal(dumb, {}, {{"TERM", "dumb"}}).text, "\x1b"), 0u);
  const Shown nothing = run_on_terminal(quiet, {"-q"});
  EXPECT_EQ(nothing.text, "");
  EXPECT_EQ(Json::parse(nothing.out, nullptr, false).size(), 8u);
}

TEST(OnATerminal, ControlCEndsWithTheCellsByStateAndTheCommandThatContinues) {
  const Place place;
  const std::vector<std::string> words = {kProgram, "run", place.write("grid.toml", kTinyGrid), "--min-time", "30s", "--max-time", "60s",
                                          "-o",     "json"};
  Terminal terminal(place, words, {{"TERM", "xterm"}}, place.path("out.json"));
  ASSERT_TRUE(terminal.shows("1/4: running ")) << terminal.shown();
  terminal.type("\x03");
  const std::string text = terminal.rest();
  EXPECT_EQ(terminal.code(), 130) << text;
  EXPECT_NE(text.find("4 pending: 1 attempts started"), std::string::npos) << text;
  EXPECT_NE(text.find("the same command continues"), std::string::npos) << text;
  EXPECT_NE(text.find("--min-time 30s --max-time 60s -o json"), std::string::npos) << text;
  EXPECT_EQ(std::filesystem::file_size(place.path("out.json")), 0u);
}

TEST(OffTheTerminal, LinesCountFailuresAndTimeLeftAndColourIsForThoseWhoInsist) {
  const Place place;
  const std::vector<std::string> words = {"run", place.write("grid.toml", kTinyGrid), "-b", "eigen,fault_throw", "-o", "json"};
  const Done run = place(words, {{"SYNTHBENCH_FAULTS", "1"}});
  EXPECT_EQ(run.code, 3) << run.err;
  EXPECT_EQ(count(run.err, "\x1b") + count(run.err, "\r"), 0u) << run.err;
  EXPECT_TRUE(std::regex_search(run.err, std::regex("[2-7]/8 .*, [1-4] failed, about .* left\n"))) << run.err;
  EXPECT_NE(run.err.find("4 done, 4 failed: 8 attempts started\n"), std::string::npos) << run.err;
  std::vector<std::string> insisting = words;
  insisting.insert(insisting.end(), {"--color", "always", "--force"});
  EXPECT_EQ(count(place(insisting, {{"SYNTHBENCH_FAULTS", "1"}, {"NO_COLOR", "1"}}).err, kRed), 4u);
}

TEST(OffTheTerminal, CellsThatWereNotTriedAreSaidWithTheCommandThatContinues) {
  const Place place;
  const std::vector<std::string> words = {"run",        place.write("grid.toml", kTinyGrid), "-b", "fault_throw,eigen", "--order", "grid",
                                          "--fail-fast"};
  const Done run = place(words, {{"SYNTHBENCH_FAULTS", "1"}});
  EXPECT_EQ(run.code, 3) << run.err;
  std::string again = std::string("  ") + kProgram;
  for (const std::string& word : words) again += " " + word;
  EXPECT_NE(run.err.find("pending"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find("the same command continues"), std::string::npos) << run.err;
  EXPECT_NE(run.err.find(again + "\n"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("--retry"), std::string::npos) << run.err;
}

TEST(OffTheTerminal, WhatForceOpenedIsContinuedWithoutIt) {
  const Place place;
  const std::string grid = place.write("grid.toml", kTinyGrid);
  ASSERT_EQ(place({"run", grid, "-q"}).code, 0);
  const Done run = place({"run", grid, "--force", "--retry", "failed", "-b", "eigen", "--fail-fast", "--memory-limit", "1M"});
  EXPECT_NE(run.err.find("the first command below continues"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("--force\n"), std::string::npos) << run.err;
  EXPECT_EQ(run.err.find("--retry"), std::string::npos) << run.err;
}

}  // namespace
}  // namespace synthbench
