// `table` as a user calls it: what it takes, what it refuses, and the commands that it offers.
#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "tests/cli/grids.h"
#include "tests/cli/program.h"
#include "tests/cli/shell.h"

namespace synthbench {
namespace {

/// One sweep of four cells.
class TableCommand : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    place = new Place;
    first = (*place)({"run", place->write("grid.toml", kTinyGrid), "--db", "my results.db"});
    place->write("mine.sql", "-- caption: cells\nSELECT count(*) AS n FROM cell\n");
    place->write("faulty.sql", "SELECT json('x') AS n");
  }
  static void TearDownTestSuite() { delete place; }
  void SetUp() override { ASSERT_EQ(first.code, 0) << first.err; }

  static Done call(std::vector<std::string> words) {
    words.insert(words.end(), {"--db", "my results.db"});
    return (*place)(words);
  }

  /// The command that stands below a table, for one of its numbers.
  static std::string offered(const Done& done, const std::string& number) {
    const Json table = Json::parse(done.out, nullptr, false);
    for (const Json& note : table["notes"]) {
      const auto text = note.get<std::string>();
      if (!text.starts_with("behind a number: ")) continue;
      std::string command = text.substr(text.find("synthbench"));
      const std::string place_of_it = "ROW,COLUMN";
      return command.replace(command.find(place_of_it), place_of_it.size(), number);
    }
    return {};
  }

  static inline Place* place = nullptr;
  static inline Done first;
};

TEST_F(TableCommand, AFileOfSqlRefusesWhatDoesNotApplyToIt) {
  EXPECT_EQ(call({"table", "mine.sql"}).code, 0);
  for (const std::vector<std::string>& flag : std::vector<std::vector<std::string>>{
           {"--sweep", "tiny"}, {"--only", "seed = 0"}, {"--across-env"}, {"--paper"}, {"--explain", "4,n"}}) {
    std::vector<std::string> words = {"table", "mine.sql"};
    words.insert(words.end(), flag.begin(), flag.end());
    EXPECT_EQ(refusal_flaw(call(words), {flag.front(), "mine.sql"}), "");
  }
}

TEST_F(TableCommand, FaultySqlIsTheUsersError) {
  EXPECT_EQ(refusal_flaw(call({"table", "faulty.sql"}), {"malformed JSON"}), "");
  EXPECT_EQ(refusal_flaw(call({"query", "--sql", "SELECT abs(-9223372036854775808)"}), {"integer overflow"}), "");
  EXPECT_EQ(call({"query", "--sql", "SELECT 1 AS one", "--save", "fine"}).code, 0);
  EXPECT_EQ(call({"query", "--saved", "fine"}).code, 0);
}

TEST_F(TableCommand, WhatIsBehindANumberIsAlsoData) {
  const Done done = call({"table", "speed", "--explain", "dense,kernel", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const Json all = Json::parse(done.out, nullptr, false);
  ASSERT_EQ(all.size(), 2u) << "a length each: " << done.out;
  EXPECT_EQ(all[0]["row"]["variant"], "dense");
  EXPECT_EQ(all[0]["column"], "kernel");
  ASSERT_EQ(all[0]["attempts"].size(), 1u);
  EXPECT_TRUE(all[0]["attempts"][0]["command"].get<std::string>().starts_with("synthbench bench"));
  const Done lines = call({"table", "speed", "--explain", "dense,kernel", "-o", "jsonl"});
  EXPECT_EQ(Json::parse(lines.out.substr(0, lines.out.find('\n')), nullptr, false), all[0]);
  EXPECT_EQ(refusal_flaw(call({"table", "speed", "--explain", "dense,kernel", "-o", "csv"}), {"--explain", "jsonl"}), "");
}

TEST_F(TableCommand, TheCommandThatATableOffersExplainsThatTable) {
  const std::string only = "variant != 'dense' AND seq_len = 13";
  const Done done = call({"table", "speed", "--sweep", "tiny", "--only", only, "--across-env", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const std::string command = offered(done, "vanilla,kernel");
  for (const char* part : {"--sweep tiny", "--across-env", "--db 'my results.db'", "--explain vanilla,kernel"})
    EXPECT_NE(command.find(part), std::string::npos) << part << " in " << command;
  const Done explained = shell(*place, command);
  EXPECT_EQ(explained.code, 0) << command << "\n" << explained.err;
  EXPECT_NE(explained.out.find("kernel = "), std::string::npos) << explained.out;
  EXPECT_EQ(explained.out.find(": seed 0"), explained.out.rfind(": seed 0")) << "--only left the other length out: " << explained.out;
}

TEST_F(TableCommand, ANameWithABlankIsOneWordOfTheCommandThatIsOffered) {
  place->write("my own.toml", "caption = \"mine\"\nkind = \"speed\"\n[[column]]\nname = \"median\"\nmetric = \"median\"\n");
  const Done done = call({"table", "my own.toml", "-o", "json"});
  ASSERT_EQ(done.code, 0) << done.err;
  const std::string command = offered(done, "vanilla,median");
  const Done explained = shell(*place, command);
  EXPECT_EQ(explained.code, 0) << command << "\n" << explained.err;
  EXPECT_NE(explained.out.find("median = "), std::string::npos) << explained.out;
}

TEST_F(TableCommand, WhatIsSaidForAllCallsDoesNotStandInTheWayOfASelect) {
  std::filesystem::create_directories(place->folder() / "xdg" / "synthbench");
  place->write("xdg/synthbench/config.toml", "sweep = \"elsewhere\"\nacross-env = true\n");
  const std::vector<std::string> words = {"table", "mine.sql", "--db", "my results.db"};
  const Done plain = call({"table", "mine.sql"});
  for (const std::map<std::string, std::string>& variables : std::vector<std::map<std::string, std::string>>{
           {{"XDG_CONFIG_HOME", place->path("xdg")}},
           {{"SYNTHBENCH_SWEEP", "tiny"}, {"SYNTHBENCH_ONLY", "seed = 0"}, {"SYNTHBENCH_ACROSS_ENV", "1"}},
           {{"SYNTHBENCH_PAPER", "1"}, {"SYNTHBENCH_EXPLAIN", "4,n"}}}) {
    const Done done = (*place)(words, variables);
    EXPECT_EQ(done.code, 0) << variables.begin()->first << ": " << done.err;
    EXPECT_EQ(done.out, plain.out);
  }
}

TEST_F(TableCommand, NothingIsWrittenWhereASecondFormatIsRefused) {
  const std::vector<std::string> words = {"table", "speed", "--explain", "dense,kernel", "--out", "x.txt", "--output-err", "csv"};
  EXPECT_EQ(refusal_flaw(call(words), {"--explain", "csv"}), "");
  EXPECT_FALSE(std::filesystem::exists(place->folder() / "x.txt"));
}

}  // namespace
}  // namespace synthbench
