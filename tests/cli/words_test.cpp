// Misspelt words, values that make no sense, and help.
#include "harness/base/words.h"

#include <gtest/gtest.h>

#include "tests/cli/program.h"

namespace synthbench {
namespace {

const std::vector<std::string> kCommands = {
    "baseline ls", "baseline rm", "baseline save",  "bench",  "calibrate", "check golden", "compare", "completion", "cost",
    "doctor",      "export",      "help",           "import", "init",      "ls",           "merge",   "plan",       "query",
    "repro",       "run",         "selftest stats", "show",   "slurm",     "table",        "version"};

struct Misspelt {
  std::vector<std::string> arguments;
  std::string nearest;
};

class MisspeltWords : public testing::TestWithParam<Misspelt> {};

TEST_P(MisspeltWords, AreRefusedInOneLineWithTheNearestKnownWord) {
  const Place place;
  EXPECT_EQ(refusal_flaw(place(GetParam().arguments), {"'" + GetParam().nearest + "'"}), "");
  EXPECT_TRUE(place.files().empty());
}

INSTANTIATE_TEST_SUITE_P(Everywhere, MisspeltWords,
                         testing::Values(Misspelt{{"pln"}, "plan"}, Misspelt{{"bnech"}, "bench"}, Misspelt{{"tabel", "speed"}, "table"},
                                         Misspelt{{"compar", "a", "b"}, "compare"}, Misspelt{{"baseline", "sav"}, "save"},
                                         Misspelt{{"check", "gloden"}, "golden"}, Misspelt{{"ls", "varaints"}, "variants"},
                                         Misspelt{{"bench", "--seqlen", "16"}, "--seq-len"},
                                         Misspelt{{"bench", "--lanches=3"}, "--launches"}, Misspelt{{"query", "--slq", "x"}, "--sql"},
                                         Misspelt{{"ls", "tasks", "-o", "jsn"}, "json"}, Misspelt{{"table", "sped"}, "speed"},
                                         Misspelt{{"bench", "--order", "randm"}, "random"},
                                         Misspelt{{"bench", "--retry", "crashd"}, "crashed"},
                                         Misspelt{{"bench", "--reuse", "same-biuld"}, "same-build"},
                                         Misspelt{{"completion", "bsh"}, "bash"}, Misspelt{{"bench", "-m", "vanila"}, "vanilla"},
                                         Misspelt{{"bench", "--progress", "plan"}, "plain"}));

class SenselessValues : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(SenselessValues, AreRefusedInOneLineAndNothingIsWritten) {
  const Place place;
  EXPECT_EQ(refusal_flaw(place(GetParam())), "");
  EXPECT_TRUE(place.files().empty());
}

using Words = std::vector<std::string>;
INSTANTIATE_TEST_SUITE_P(Everywhere, SenselessValues,
                         testing::Values(Words{}, Words{"bench", "-r", "many"}, Words{"bench", "-r", "0"}, Words{"bench", "-r", "-3"},
                                         Words{"bench", "--timeout", "soon"}, Words{"bench", "--launches", "1e99"}, Words{"bench", "-l"},
                                         Words{"bench", "-l", "-m", "vanilla"}, Words{"bench", "-j", "0"}, Words{"bench", "--set", "heads"},
                                         Words{"bench", "--memory-limit", "much"}, Words{"bench", "--fail-fast", "--keep-going"},
                                         Words{"run"}, Words{"run", ""}, Words{"plan", ""}, Words{"bench", "--db", ""},
                                         Words{"bench", "-m", "\xff\xfe"}, Words{"bench", "--prio", "20"},
                                         Words{"bench", "--cpu-affinity", "0,9999"}, Words{"bench", "--batch", "2", "--tokens", "4096"},
                                         Words{"plan", "a", "b"}, Words{"show", "x99"}, Words{"show", "c"}, Words{"show", "c1"},
                                         Words{"check"}, Words{"--db", "x.db", "ls", "sweeps"}, Words{"ls", "sweeps"}, Words{"-x"}));

TEST(CommandLine, TheHiddenWorkerIsNeitherListedNorSuggested) {
  const Place place;
  EXPECT_EQ(place({"--help"}).out.find("_worker"), std::string::npos);
  const Done done = place({"worker"});
  EXPECT_EQ(done.code, 2);
  EXPECT_EQ(done.err.find("_worker"), std::string::npos) << done.err;
}

class Help : public testing::TestWithParam<std::string> {};

TEST_P(Help, NamesTheCommandShowsUsageFlagsAndAnExampleOnStdout) {
  const Place place;
  std::vector<std::string> words = split(GetParam(), ' ');
  words.push_back("--help");
  const Done done = place(words);
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_TRUE(done.err.empty()) << done.err;
  for (const std::string& part : {"synthbench " + GetParam(), std::string("Usage:"), std::string("-h, --help"), std::string("Example:")}) {
    EXPECT_NE(done.out.find(part), std::string::npos) << "no '" << part << "' in\n" << done.out;
  }
  EXPECT_TRUE(place.files().empty());
  words.pop_back();
  words.insert(words.begin(), "help");
  EXPECT_EQ(place(words).out, done.out) << "`help COMMAND` and `COMMAND --help` differ";
}

INSTANTIATE_TEST_SUITE_P(OfEveryCommand, Help, testing::ValuesIn(kCommands));

TEST(CommandLine, HelpListsEveryCommandThreeWaysAlike) {
  const Place place;
  const Done done = place({"--help"});
  EXPECT_EQ(done.code, 0);
  for (const std::string& command : kCommands) EXPECT_NE(done.out.find("  " + command + " "), std::string::npos) << command;
  EXPECT_EQ(place({"-h"}).out, done.out);
  EXPECT_EQ(place({"help"}).out, done.out);
}

TEST(CommandLine, VersionIsTheSameInEveryForm) {
  const Place place;
  const Done json = place({"version", "--json"});
  ASSERT_EQ(json.code, 0) << json.err;
  const std::size_t at = json.out.find("\"version\": \"");
  ASSERT_NE(at, std::string::npos) << json.out;
  const std::size_t begin = at + 12;
  const std::string version = json.out.substr(begin, json.out.find('"', begin) - begin);
  EXPECT_NE(place({"--version"}).out.find(version), std::string::npos);
  EXPECT_NE(place({"version"}).out.find(version), std::string::npos);
}

}  // namespace
}  // namespace synthbench
