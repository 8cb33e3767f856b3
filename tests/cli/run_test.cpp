// `run` and `bench` from outside, and what the reading commands say afterwards.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "harness/base/json.h"
#include "tests/cli/grids.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

Json json_of(const Done& done) {
  EXPECT_EQ(done.code, 0) << done.err;
  return Json::parse(done.out, nullptr, false);
}

std::vector<int> progress_numbers(const std::string& text) {
  std::vector<int> numbers;
  const std::regex pattern(R"(\b(\d+)/4\b)");
  for (std::sregex_iterator found(text.begin(), text.end(), pattern); found != std::sregex_iterator(); ++found)
    numbers.push_back(std::stoi((*found)[1]));
  return numbers;
}

/// One sweep of four cells for all tests of this file: reading commands do not change it.
class AfterRun : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place = new Place;
    grid = place->write("grid.toml", kTinyGrid + "[[table]]\npreset = \"speed\"\n");
    first = (*place)({"run", grid, "--progress", "plain"});
  }
  static void TearDownTestSuite() { delete place; }

  static inline Place* place = nullptr;
  static inline std::string grid;
  static inline Done first;
};

TEST_F(AfterRun, EveryCellHasItsLineAndTheEndNamesTheDatabase) {
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(progress_numbers(first.err), (std::vector<int>{1, 2, 3, 4})) << first.err;
  EXPECT_TRUE(first.err.ends_with("Results: synthbench.db\n")) << first.err;
  EXPECT_NE(first.err.find("4 done"), std::string::npos) << first.err;
  EXPECT_EQ((first.out + first.err).find('\x1b'), std::string::npos) << "control codes away from a terminal";
  for (const char* part : {"vanilla", "dense", "13", "21"})
    EXPECT_NE(first.out.find(part), std::string::npos) << part << " in\n" << first.out;
}

TEST_F(AfterRun, TheSameCommandAgainStartsNothingAndPrintsTheSame) {
  const Done again = (*place)({"run", grid});
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_EQ(again.out, first.out);
  EXPECT_NE(again.err.find("0 attempts started"), std::string::npos) << again.err;
  EXPECT_EQ(json_of((*place)({"ls", "attempts", "-o", "json"})).size(), 4u);
}

TEST_F(AfterRun, CellsAreAnArrayOfTheContractsShape) {
  const Json cells = json_of((*place)({"run", grid, "-o", "json", "-q"}));
  ASSERT_EQ(cells.size(), 4u);
  for (const Json& cell : cells) {
    for (const char* key : {"cell", "config", "seed", "state", "reason", "kernel", "metrics"}) EXPECT_TRUE(cell.contains(key)) << key;
    for (const char* name : {"median", "min", "mean", "sd", "tokens_per_s", "flops_per_s", "peak_rss"}) {
      ASSERT_TRUE(cell["metrics"].contains(name)) << name << " in " << cell["metrics"];
      for (const char* key : {"value", "unit", "ci_lo", "ci_hi", "n"}) EXPECT_TRUE(cell["metrics"][name].contains(key)) << key;
    }
  }
}

TEST_F(AfterRun, CsvIsAHeaderAndOneRowPerCell) {
  const Done csv = (*place)({"run", grid, "-o", "csv", "-q"});
  EXPECT_EQ(csv.code, 0) << csv.err;
  EXPECT_TRUE(csv.err.empty()) << csv.err;
  EXPECT_EQ(std::ranges::count(csv.out, '\n'), 5) << csv.out;
}

TEST_F(AfterRun, ASecondFormatGoesToStderrAndSilencesProgress) {
  const Done done = (*place)({"run", grid, "-o", "json", "-oe", "csv", "-q"});
  EXPECT_EQ(json_of(done).size(), 4u);
  EXPECT_GT(std::ranges::count(done.err, ','), 8) << done.err;
  EXPECT_TRUE(progress_numbers(done.err).empty()) << done.err;
}

TEST_F(AfterRun, OnStderrASecondFormatStandsAlone) {
  const Done done = (*place)({"run", grid, "-oe", "json"});
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(Json::parse(done.err).size(), 4u) << done.err;
}

TEST_F(AfterRun, PlanSaysWhatWouldBeReused) {
  const Json plan = json_of((*place)({"plan", grid, "-o", "json"}));
  EXPECT_EQ(plan["counts"]["reused"], 4);
  for (const Json& cell : plan["cells"]) EXPECT_EQ(cell["state"], "reused");
  EXPECT_EQ(json_of((*place)({"plan", grid, "-o", "json", "--force"}))["counts"]["reused"], 0);
}

TEST_F(AfterRun, ListedIdsAreAcceptedByShow) {
  for (const auto& [what, count] : std::map<std::string, std::size_t>{{"sweeps", 1}, {"cells", 4}, {"attempts", 4}}) {
    const Json list = json_of((*place)({"ls", what, "-o", "json"}));
    ASSERT_EQ(list.size(), count) << what;
    for (const Json& item : list) {
      EXPECT_TRUE(item.contains("state"));
      const Json shown = json_of((*place)({"show", item["id"].get<std::string>(), "-o", "json"}));
      EXPECT_EQ(shown["id"], item["id"]);
    }
  }
  EXPECT_EQ(refusal_flaw((*place)({"show", "c5"}), {"c5"}), "");
}

TEST_F(AfterRun, ShowHasTheConfigTheSamplesTheChecksAndACommandThatRunsTheCellAgain) {
  const Json cell = json_of((*place)({"show", "c1", "-o", "json"}));
  EXPECT_EQ(cell["config"]["variant"], "vanilla");
  ASSERT_EQ(cell["attempts"].size(), 1u);
  const Json& attempt = cell["attempts"][0];
  EXPECT_EQ(attempt["state"], "done");
  EXPECT_FALSE(attempt["samples"].empty());
  EXPECT_FALSE(attempt["checks"].empty());
  for (const Json& check : attempt["checks"]) EXPECT_EQ(check["passed"], true);
  EXPECT_NE(attempt["repro_cmd"].get<std::string>().find("synthbench bench"), std::string::npos) << attempt["repro_cmd"];
  const Done text = (*place)({"show", "c1"});
  for (const char* part : {"vanilla", "done", "repro_cmd", "median"})
    EXPECT_NE(text.out.find(part), std::string::npos) << part << " in\n" << text.out;
}

TEST_F(AfterRun, ACellThatWouldBeMeasuredOtherwiseIsNotReused) {
  EXPECT_EQ(json_of((*place)({"plan", grid, "-o", "json"}))["counts"]["reused"], 4);
  for (const char* set : {"measure.cache=cold", "check.gate=false", "measure.min_samples=99"})
    EXPECT_EQ(json_of((*place)({"plan", grid, "-o", "json", "--set", set}))["counts"]["reused"], 0) << set;
  EXPECT_EQ(json_of((*place)({"plan", grid, "-o", "json", "--timeout", "99s"}))["counts"]["reused"], 4);
}

TEST_F(AfterRun, QueryAndTableReadWithoutChangingAByte) {
  const auto bytes = [&] {
    std::stringstream text;
    text << std::ifstream(place->path("synthbench.db"), std::ios::binary).rdbuf();
    return text.str();
  };
  const std::string before = bytes();
  EXPECT_EQ(json_of((*place)({"query", "metric = 'median' AND variant = 'dense'", "-o", "json"})).size(), 2u);
  EXPECT_EQ(json_of((*place)({"query", "--sql", "SELECT count(*) AS n FROM cell", "-o", "json"})), Json::parse(R"([{"n": 4}])"));
  EXPECT_EQ(json_of((*place)({"table", "speed", "-o", "json"}))["rows"].empty(), false);
  EXPECT_EQ(refusal_flaw((*place)({"query", "--sql", "DELETE FROM cell"})), "");
  EXPECT_EQ(refusal_flaw((*place)({"query", ""})), "");
  EXPECT_EQ(bytes(), before);
}

TEST(Run, WhatMatchWarnsOfStandsUnderTheTable) {
  const Place place;
  place.write("grid.toml", kTinyGrid + "[match]\nparams = \"1%\"\n");
  const Done run = place({"run", "grid.toml"});
  ASSERT_EQ(run.code, 0) << run.err;
  EXPECT_NE(run.err.find("[match] dense has "), std::string::npos) << run.err;
  const Json table = json_of(place({"table", "speed", "-o", "json"}));
  int said = 0;
  for (const Json& note : table["notes"]) said += note.get<std::string>().starts_with("unequal sizes: dense has ") ? 1 : 0;
  EXPECT_EQ(said, 1) << table["notes"].dump();
  EXPECT_EQ(json_of(place({"ls", "sweeps", "-o", "json"}))[0]["tags"], "unmatched");
}

TEST(Run, WhatMatchSaysFollowsTheGridOfASweepThatIsThere) {
  const Place place;
  const auto unequal = [&] {
    const Json table = json_of(place({"table", "speed", "-o", "json"}));
    std::vector<std::string> out;
    for (const Json& note : table["notes"]) {
      if (note.get<std::string>().starts_with("unequal sizes: ")) out.push_back(note);
    }
    return out;
  };
  const auto run_with = [&](const std::string& match) {
    place.write("grid.toml", kTinyGrid + match);
    const Done run = place({"run", "grid.toml"});
    EXPECT_EQ(run.code, 0) << run.err;
    EXPECT_EQ(json_of(place({"ls", "sweeps", "-o", "json"})).size(), 1u) << "the same sweep";
  };
  run_with("");
  EXPECT_TRUE(unequal().empty());
  run_with("[match]\nparams = \"1%\"\n");
  const auto by_size = unequal();
  ASSERT_EQ(by_size.size(), 1u) << "it came after the cells were measured";
  run_with("[match]\nflops = \"1%\"\n");
  ASSERT_EQ(unequal().size(), 1u);
  EXPECT_NE(unequal().front(), by_size.front()) << "another rule says something else";
  run_with("");
  EXPECT_TRUE(unequal().empty()) << "and none says nothing";
}

TEST(Bench, TheVariableNamesTheDatabaseAndTheFlagBeatsIt) {
  const Place place;
  const std::vector<std::string> one = {"bench",   "-m", "vanilla",   "-b", "eigen",      "-l", "13", "--batch", "1",
                                        "--heads", "2",  "--d-model", "14", "--launches", "1",  "-r", "3",       "-q"};
  EXPECT_EQ(place(one, {{"SYNTHBENCH_DB", place.path("variable.db")}}).code, 0);
  std::vector<std::string> flagged = one;
  flagged.insert(flagged.end(), {"--db", place.path("flag.db")});
  EXPECT_EQ(place(flagged, {{"SYNTHBENCH_DB", place.path("never.db")}}).code, 0);
  std::vector<std::string> databases;
  for (const std::string& name : place.files()) {
    if (name.ends_with(".db")) databases.push_back(name);
  }
  std::ranges::sort(databases);
  EXPECT_EQ(databases, (std::vector<std::string>{"flag.db", "variable.db"}));
}

/// The letter of microseconds has two bytes.
std::ptrdiff_t letters_of(const std::string& utf8) {
  return std::ranges::count_if(utf8, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; });
}

TEST(Bench, ATableGrowsWhileItRunsAndACellWithoutResultSaysWhyInItsRow) {
  const Place place;
  const Done done = place({"bench", "-m", "random,vanilla", "-b", "eigen,fault_unsupported", "-l", "13", "-s", "0-1", "--batch", "1",
                           "--launches", "1", "-r", "3", "-o", "json", "--order", "grid"},
                          {{"SYNTHBENCH_FAULTS", "1"}});
  ASSERT_EQ(done.code, 0) << done.err;
  std::vector<std::string> lines;
  std::istringstream text(done.err);
  // Another run may hold the device meanwhile: that is said between the rows.
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("|")) lines.push_back(line);
  }
  ASSERT_EQ(lines.size(), 10u) << done.err;
  EXPECT_EQ(lines[0], "| cell | variant | backend           | seq_len | seed |   median | interval |  GFLOP/s | % of peak |");
  EXPECT_EQ(lines[1], "| ---: | ------- | ----------------- | ------: | ---: | -------: | -------: | -------: | --------: |");
  for (std::size_t i = 2; i < lines.size(); ++i) {
    EXPECT_NE(lines[i].find(std::to_string(i - 1) + "/8 |"), std::string::npos) << lines[i];
    const bool refused = lines[i].find("| fault_unsupported |") != std::string::npos;
    EXPECT_EQ(lines[i].find("s | ") != std::string::npos, !refused) << lines[i];
    EXPECT_EQ(lines[i].find("unsupported: ") != std::string::npos, refused) << lines[i];
    if (!refused) {
      EXPECT_EQ(letters_of(lines[i]), letters_of(lines[0])) << lines[i];
    }
  }
  EXPECT_EQ(place({"bench", "-m", "vanilla", "-l", "13", "-r", "3", "--progress", "none"}).err.find("| cell"), std::string::npos);
}

TEST(Bench, AnUnsupportedCellIsARowWithAReasonAndNothingMeasuredIsFive) {
  const Place place;
  const Done done =
      place({"bench", "-m", "vanilla", "-b", "fault_unsupported", "-l", "13", "--batch", "1", "--launches", "1", "-r", "3", "-o", "json"},
            {{"SYNTHBENCH_FAULTS", "1"}});
  EXPECT_EQ(done.code, 5) << done.err;
  const Json cells = Json::parse(done.out, nullptr, false);
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_EQ(cells[0]["state"], "unsupported");
  EXPECT_TRUE(cells[0]["reason"].is_string());
}

TEST(Check, ABrokenBackendIsFourItsNumbersAreStoredAndTheCommandThatRepeatsItIsSaid) {
  const Place place;
  const Done done = place({"check", "parity", "-m", "vanilla", "-b", "fault_wrong_grad,eigen", "--dtype", "f32", "--input-seed", "5",
                           "--db", "checks.db", "-o", "json"},
                          {{"SYNTHBENCH_FAULTS", "1"}});
  EXPECT_EQ(done.code, 4) << done.err;
  EXPECT_NE(done.err.find(" check parity -m vanilla -b fault_wrong_grad --dtype f32 --input-seed 5\n"), std::string::npos) << done.err;
  for (const Json& row : Json::parse(done.out)) {
    const bool wrong = row["backend"] == "fault_wrong_grad" && row["tensor"].get<std::string>().starts_with("grad.");
    EXPECT_EQ(row["passed"], !wrong) << row;
  }
  const Json cells = json_of(place({"ls", "cells", "--db", "checks.db", "-o", "json"}));
  ASSERT_EQ(cells.size(), 2u);
  EXPECT_EQ(cells[0]["state"], "failed");
  EXPECT_EQ(cells[1]["state"], "done");
  const Json sound = json_of(place({"show", "c2", "--db", "checks.db", "-o", "json"}));
  EXPECT_EQ(sound["attempts"][0]["checks"].size(), 35u) << "seven calls, five results each";
}

TEST(Run, WhatIsOfferedAfterwardsNamesTheDatabaseAsItWasTyped) {
  const Place place;
  std::filesystem::create_symlink("real.db", place.path("link.db"));
  const Done done = place({"bench", "-m", "vanilla", "-l", "13", "--batch", "1", "--launches", "1", "-r", "2", "--db", "link.db"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.err.find("/synthbench show s1 --db link.db\n"), std::string::npos) << done.err;
  EXPECT_NE(done.out.find(" --sweep s1 --db link.db --explain "), std::string::npos) << done.out;
  EXPECT_TRUE(std::filesystem::exists(place.path("real.db")));
}

TEST(Check, WhatNobodyRunsIsFive) {
  const Place place;
  const Done done = place({"check", "grad", "-m", "vanilla", "-b", "fault_unsupported", "-o", "json"}, {{"SYNTHBENCH_FAULTS", "1"}});
  EXPECT_EQ(done.code, 5) << done.err;
  for (const Json& row : Json::parse(done.out)) EXPECT_FALSE(row["reason"].get<std::string>().empty());
  EXPECT_EQ(refusal_flaw(place({"check", "parity", "-b", "eigne"}), {"eigne", "eigen"}), "");
}

TEST(Run, AfterAForcedRunFailuresAloneAreTriedAgain) {
  const Place place;
  const Done done = place({"bench", "-m", "vanilla", "-b", "fault_exit", "-l", "13", "--batch", "1", "--launches", "1", "--force"},
                          {{"SYNTHBENCH_FAULTS", "1"}});
  EXPECT_NE(done.err.find("--launches 1 --retry failed,oom,timeout,crashed\n"), std::string::npos) << done.err;
}

TEST(Calibrate, ADryRunPrintsThePlanAndMakesNoDatabase) {
  const Place place;
  const Json plan = json_of(place({"calibrate", "--dry-run", "--pairs", "5", "-l", "16,32", "--db", "none.db", "-o", "json"}));
  EXPECT_EQ(plan["counts"]["cells"], 2);
  EXPECT_FALSE(std::filesystem::exists(place.path("none.db")));
  EXPECT_EQ(refusal_flaw(place({"calibrate", "--reuse", "any-build", "--db", "none.db"}), {"calibrate --reuse"}), "");
}

TEST(Run, AFailureNamesTheCommandThatTriesAgainAsItWasTyped) {
  const Place place;
  const Done done =
      place({"bench", "-m", "vanilla", "-b", "fault_exit", "-l", "13", "--batch", "1", "--launches", "1"}, {{"SYNTHBENCH_FAULTS", "1"}});
  EXPECT_EQ(done.code, 3) << done.err;
  EXPECT_NE(done.err.find("  " SYNTHBENCH_BINARY_DIR "/synthbench bench -m vanilla -b fault_exit -l 13 --batch 1 --launches 1 "
                          "--retry failed,oom,timeout,crashed\n"),
            std::string::npos)
      << done.err;
}

}  // namespace
}  // namespace synthbench
