// METEOR's jar as it is called: by a program named java that is ours.
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/base/error.h"
#include "harness/base/files.h"
#include "harness/base/sha256.h"
#include "harness/base/words.h"
#include "tasks/metrics/metric.h"
#include "tests/tasks/scratch.h"

namespace synthbench {
namespace {

class FakeJava : public ::testing::Test {
 protected:
  FakeJava() { write_file(jar_, "METEOR"); }

  /// A java that keeps its arguments and files, then does this.
  void java(const std::string& commands) {
    const std::string program = folder_ / "java", kept = "'" + folder_.path() + "/";
    write_file(program, "#!/bin/sh\nprintf '%s\\n' \"$@\" > " + kept + "arguments'\ncp \"$4\" " + kept + "hypotheses'\ncp \"$5\" " + kept +
                            "references'\n" + commands + "\n");
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }
  Score scored() const { return score("meteor", {{"a cat\nand more", "a dog"}, {{"r1", "r2"}, {"s1", "s2"}}}, {.meteor_jar = jar_}); }
  std::string refusal() const {
    try {
      scored();
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  }

  ScratchFolder folder_;
  std::string jar_ = folder_ / "meteor-1.5.jar";
  WithEnvironment path_{"PATH", (folder_.path() + ":" + std::getenv("PATH")).c_str()};
};

TEST_F(FakeJava, GetsFilesAndArgumentsInMeteorsOrder) {
  java("echo 'Segment 1 score: 0.25'; echo; echo 'Final score:            0.4567'");
  const Score found = scored();
  EXPECT_EQ(*found.value, 0.4567);
  EXPECT_EQ(found.n, 2u);
  EXPECT_NE(found.signature.find("meteor|nrefs:2|lang:en|norm:yes|jar:" + sha256("METEOR").substr(0, 12) + "|"), std::string::npos)
      << found.signature;
  std::vector<std::string> arguments = split(read_file(folder_ / "arguments"), '\n');
  ASSERT_GE(arguments.size(), 10u);
  EXPECT_FALSE(std::filesystem::exists(arguments[3])) << "its files are gone";
  arguments[3] = "HYP", arguments[4] = "REF";
  arguments.resize(10);
  EXPECT_EQ(arguments, (std::vector<std::string>{"-Xmx2G", "-jar", jar_, "HYP", "REF", "-r", "2", "-l", "en", "-norm"}));
  EXPECT_EQ(read_file(folder_ / "hypotheses"), "a cat and more\na dog\n") << "a segment is a line";
  EXPECT_EQ(read_file(folder_ / "references"), "r1\ns1\nr2\ns2\n") << "all references of a segment behind one another";
}

TEST_F(FakeJava, ThatFailsIsQuoted) {
  java("echo 'no such class' >&2; exit 3");
  EXPECT_EQ(refusal(), "java -jar " + jar_ + " exits with 3: no such class\\n");
}

TEST_F(FakeJava, WithoutAFinalScoreIsRefused) {
  java("echo 'Segment 1 score: 0.25'");
  EXPECT_EQ(refusal(), jar_ + " printed no 'Final score:': METEOR 1.5 is meant");
  java("echo 'Final score: high'");
  EXPECT_EQ(refusal(), "the final score of " + jar_ + " is ' high', not a number");
}

TEST_F(FakeJava, IsNeededAndSoIsTheJar) {
  const WithEnvironment nothing("PATH", folder_.path().c_str());
  EXPECT_EQ(refusal(), "meteor needs java, which cannot be started");
  std::filesystem::remove(jar_);
  EXPECT_NE(refusal().find("meteor-1.5.jar"), std::string::npos);
}

}  // namespace
}  // namespace synthbench
