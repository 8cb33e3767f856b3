// Results that are kept, moved, named and compared, as a user calls it.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/base/sha256.h"
#include "tests/cli/grids.h"
#include "tests/cli/program.h"

namespace synthbench {
namespace {

/// One sweep of four cells with two processes each; tests do not change it.
class Results : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place = new Place;
    const std::string grid = place->write("grid.toml", kTinyGrid);
    first = (*place)({"run", grid, "--launches", "2"});
  }
  static void TearDownTestSuite() { delete place; }
  void SetUp() override { ASSERT_EQ(first.code, 0) << first.err; }

  static Done call(const std::vector<std::string>& arguments) { return (*place)(arguments); }
  static Json json_of(const Done& done) { return Json::parse(done.out, nullptr, false); }

  static inline Place* place = nullptr;
  static inline Done first;
};

TEST_F(Results, ExportImportExportIsEqual) {
  const Done exported = call({"export"});
  ASSERT_EQ(exported.code, 0) << exported.err;
  place->write("lines.jsonl", exported.out);
  const Done imported = call({"import", "lines.jsonl", "--db", "copy.db"});
  ASSERT_EQ(imported.code, 0) << imported.err;
  EXPECT_NE(imported.err.find("4 attempts imported"), std::string::npos) << imported.err;
  EXPECT_EQ(call({"export", "--db", "copy.db"}).out, exported.out);
  EXPECT_EQ(call({"merge", "copy.db", "synthbench.db", "--db", "merged.db"}).code, 0);
  EXPECT_EQ(call({"export", "--db", "merged.db"}).out, exported.out);
}

TEST_F(Results, ABadLineIsNamedAndNothingIsMade) {
  place->write("bad.jsonl", call({"export"}).out + "{\"uid\": \n");
  EXPECT_EQ(refusal_flaw(call({"import", "bad.jsonl", "--db", "none.db"}), {"bad.jsonl:5", "JSON"}), "");
  EXPECT_FALSE(std::filesystem::exists(place->folder() / "none.db"));
  EXPECT_EQ(refusal_flaw(call({"import", "absent.jsonl", "--db", "none.db"}), {"absent.jsonl"}), "");
  EXPECT_EQ(refusal_flaw(call({"merge", "absent.db", "--db", "none.db"}), {"absent.db"}), "");
  EXPECT_EQ(refusal_flaw(call({"merge", "--db", "none.db"}), {"FILE"}), "");
}

TEST_F(Results, VariantsAreComparedOverWhatIsEqual) {
  const Done done = call({"compare", "vanilla", "dense", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const Json rows = json_of(done);
  ASSERT_EQ(rows.size(), 2u) << done.out;
  for (const Json& row : rows) {
    for (const char* key : {"key", "a", "b", "ratio", "ratio_lo", "ratio_hi", "verdict", "note"}) EXPECT_TRUE(row.contains(key)) << key;
    EXPECT_GT(row.at("ratio").get<double>(), 0);
    EXPECT_EQ(row.at("a").at("processes"), 2);
  }
  EXPECT_NE(call({"compare", "vanilla", "dense"}).out.find("Holm-corrected over 2"), std::string::npos);
}

TEST_F(Results, SidesRulesAndLevelsThatAreNoneAreRefused) {
  EXPECT_EQ(refusal_flaw(call({"compare", "vanila", "dense"}), {"vanila", "vanilla"}), "");
  EXPECT_EQ(refusal_flaw(call({"compare", "vanilla", "eigen"}), {"two of a kind"}), "");
  EXPECT_EQ(refusal_flaw(call({"compare", "vanilla", "dense", "--fail-on", "slow"}), {"--fail-on", "slower"}), "");
  EXPECT_EQ(refusal_flaw(call({"compare", "vanilla", "dense", "--fail-on", "slower>5"}), {"--fail-on slower>5", "500 %", "5%"}), "");
  EXPECT_EQ(refusal_flaw(call({"compare", "vanilla", "dense", "--fail-on", "slower>1"}), {"--fail-on slower>1", "100 %", "1%"}), "");
  EXPECT_EQ(refusal_flaw(call({"compare", "vanilla", "dense", "--alpha", "2"}), {"--alpha"}), "");
  EXPECT_EQ(refusal_flaw(call({"compare", "vanilla", "dense", "--test", "chi"}), {"wilcoxon"}), "");
}

TEST_F(Results, ABaselineIsSavedListedComparedAndRemoved) {
  const Done saved = call({"baseline", "save", "golden"});
  ASSERT_EQ(saved.code, 0);
  EXPECT_NE(saved.err.find("'golden' saved, 4 cells"), std::string::npos) << saved.err;
  EXPECT_EQ(saved.err.find("not covered"), std::string::npos) << saved.err;
  EXPECT_EQ(refusal_flaw(call({"baseline", "save", "golden"}), {"golden", "exists"}), "");
  EXPECT_EQ(json_of(call({"baseline", "ls", "-o", "json"})).at(0).at("name"), "golden");
  const Done compared = call({"compare", "golden", "tiny", "-o", "json", "--fail-on", "slower,faster,only-a,only-b"});
  EXPECT_EQ(compared.code, 0) << compared.out;
  for (const Json& row : json_of(compared)) EXPECT_EQ(row.at("verdict"), "same");
  EXPECT_EQ(call({"baseline", "rm", "golden"}).code, 0);
  EXPECT_EQ(refusal_flaw(call({"baseline", "rm", "golden"}), {"golden"}), "");
}

TEST_F(Results, WhatIsOfferedOfABaselineCanBePasted) {
  const Done saved = call({"baseline", "save", "last night", "--db", "./synthbench.db"});
  EXPECT_NE(saved.err.find(": synthbench compare 'last night' SWEEP --db ./synthbench.db\n"), std::string::npos) << saved.err;
  EXPECT_EQ(refusal_flaw(call({"baseline", "save", "last night"}), {"`synthbench baseline rm 'last night'`"}), "");
  EXPECT_EQ(refusal_flaw(call({"rm", "s1"}), {"synthbench baseline rm 'last night'"}), "");
  EXPECT_EQ(call({"baseline", "rm", "last night"}).code, 0);
}

TEST_F(Results, ANameOfSeveralSweepsIsTold) {
  for (const char* length : {"16", "17"}) {
    ASSERT_EQ(call({"bench", "-l", length, "-r", "2", "--launches", "1", "--threads", "1", "--batch", "1", "--heads", "1", "--d-model",
                    "16", "-q", "--db", "two.db"})
                  .code,
              0);
  }
  const Done saved = call({"baseline", "save", "golden", "--db", "two.db"});
  EXPECT_EQ(saved.code, 0);
  EXPECT_NE(saved.err.find("2 sweeps are named 'bench'"), std::string::npos) << saved.err;
  const Done compared = call({"compare", "s1", "bench", "-o", "json", "--db", "two.db"});
  EXPECT_TRUE(json_of(compared).is_array()) << compared.out;
  EXPECT_NE(compared.err.find("2 sweeps are named 'bench'"), std::string::npos) << compared.err;
  EXPECT_EQ(call({"compare", "s1", "s2", "-o", "json", "--db", "two.db"}).err, "");
}

TEST_F(Results, ReproMeasuresAgainAndSaysHowTheValuesLie) {
  const Done done = call({"repro", "a1", "-q"});
  EXPECT_TRUE(done.code == 0 || done.code == 4) << done.code << done.err;
  EXPECT_NE(done.out.find("Verdict: "), std::string::npos) << done.out;
  EXPECT_TRUE(done.out.find("inside the interval") != std::string::npos || done.out.find("outside the interval") != std::string::npos)
      << done.out;
  EXPECT_EQ(refusal_flaw(call({"repro", "a999"}), {"a999"}), "");
  EXPECT_EQ(refusal_flaw(call({"repro", "c1"}), {"c1"}), "");
}

TEST_F(Results, WhatFailedThenAndEndsWellNowIsNoRegression) {
  const std::string line = call({"export"}).out;
  Json failed = Json::parse(line.substr(0, line.find('\n')));
  failed["state"] = "crashed";
  failed["reason"] = "SIGSEGV";
  failed["metrics"] = Json::object();
  failed["samples"] = Json::array();
  failed["checks"] = Json::array();
  place->write("failed.jsonl", failed.dump() + "\n");
  ASSERT_EQ(call({"import", "failed.jsonl", "--db", "failed.db"}).code, 0);
  const Done done = call({"repro", "a1", "-q", "--db", "failed.db"});
  EXPECT_EQ(done.code, 0) << done.out << done.err;
  EXPECT_NE(done.out.find("a1 then: crashed: SIGSEGV"), std::string::npos) << done.out;
}

TEST_F(Results, ReproTakesWhatIsSaidOfHowItWasMeasuredAndRefusesWhatNobodyCanDo) {
  const std::string line = call({"export"}).out;
  Json odd = Json::parse(line.substr(0, line.find('\n')));
  odd["volatile"]["measure"] = {{"launches", 1}, {"repetitions", 3}};
  place->write("odd.jsonl", odd.dump() + "\n");
  ASSERT_EQ(call({"import", "odd.jsonl", "--db", "part.db"}).code, 0);
  const Done part = call({"repro", "a1", "-q", "--db", "part.db"});
  EXPECT_EQ(part.code, 0) << "one launch says nothing" << part.out << part.err;
  for (const Json& measure : {Json({{"min_time", "long"}}), Json("well"), Json({{"launches", 0}}), Json({{"cache", {"warm"}}}),
                              Json({{"cache", Json::array()}})}) {
    odd["volatile"]["measure"] = measure;
    place->write("odd.jsonl", odd.dump() + "\n");
    const std::string db = sha256(measure.dump()) + ".db";
    ASSERT_EQ(call({"import", "odd.jsonl", "--db", db}).code, 0);
    EXPECT_EQ(refusal_flaw(call({"repro", "a1", "-q", "--db", db}), {"a1 cannot be measured again"}), "") << measure;
  }
}

TEST_F(Results, CalibrateWithOneLaunchASideSaysWhyItHasNoRates) {
  const Done done =
      call({"calibrate", "--pairs",   "5",  "--launches", "1", "-l", "16",   "-r",         "2",     "--batch", "1",       "--heads",
            "1",         "--d-model", "16", "--threads",  "1", "-o", "json", "--progress", "plain", "--db",    "floor.db"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(json_of(done).at(0).at("false_verdicts").is_null()) << done.out;
  EXPECT_GT(json_of(done).at(0).at("floor_percent").get<double>(), 0);
  EXPECT_NE(done.err.find("one launch a side"), std::string::npos) << done.err;
}

TEST_F(Results, ASpeedTableOfThreeLengthsSaysHowTimeGrows) {
  const Done done = call({"bench", "-l", "16,32,64", "-r", "3", "--launches", "1", "--threads", "1", "--batch", "1", "--heads", "1",
                          "--d-model", "16", "-q", "--db", "growth.db"});
  ASSERT_EQ(done.code, 0) << done.err;
  EXPECT_NE(done.out.find("time per sample over seq_len grows as: "), std::string::npos) << done.out;
}

TEST(Selftest, TheStatisticsKnowTheirAnswers) {
  const Place place;
  const Done done = place({"selftest", "stats", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const Json rows = Json::parse(done.out, nullptr, false);
  EXPECT_GE(rows.size(), 20u);
  for (const Json& row : rows) EXPECT_EQ(row.at("passed"), true) << row;
}

}  // namespace
}  // namespace synthbench
