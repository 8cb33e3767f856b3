// Lines that are nested deep, or long and full of marks: read in time that grows with their bytes, and on a stack of any size.
#include <chrono>

#include "tasks/metrics/segments.h"
#include "tests/tasks/own_folder.h"

namespace synthbench {
namespace {

std::string nested() {
  constexpr std::size_t kDeep = 1000000;
  return std::string(kDeep, '[') + std::string(kDeep, ']');
}

TEST_F(OwnFolder, AMillionListsInOneAnotherAreAValueLikeAnother) {
  put("c4/en/c4-validation.00000-of-00008.json", "{\"text\": \"v\"}\n");
  put("c4/en/c4-train.00000-of-01024.json", "{\"text\": \"t\", \"url\": " + nested() + "}\n");
  EXPECT_EQ(refusal("c4", Split::train), "") << "nobody asks for it";
  put("c4/en/c4-train.00000-of-01024.json", "{\"text\": " + nested() + "}\n");
  EXPECT_EQ(refusal("c4", Split::train), data_ / "c4/en/c4-train.00000-of-01024.json" + ":1: '/text' is no text or number");
  put("SuperGLUE/CB/train.jsonl", "{\"premise\": \"a\", \"hypothesis\": \"b\", \"label\": " + nested() + "}\n");
  EXPECT_EQ(refusal("cb", Split::train), data_ / "SuperGLUE/CB/train.jsonl" + ":1: '/label' is no text or number");
}

TEST_F(OwnFolder, ListsInOneAnotherInAnObjectOfManyExamplesAreRefusedToo) {
  const std::string passage =
      "\"passage\": {\"text\": \"t\", \"questions\": [{\"question\": \"q\", \"idx\": 0, \"answers\": " + nested() + "}], \"entities\": []}";
  put("SuperGLUE/MultiRC/train.jsonl", "{\"idx\": 0, " + passage + "}\n");
  EXPECT_NE(refusal("multirc", Split::train).find("MultiRC/train.jsonl:1: an object of another form"), std::string::npos);
  put("SuperGLUE/ReCoRD/train.jsonl", "{" + passage + ", \"qas\": [{\"query\": \"q\", \"idx\": 1, \"answers\": " + nested() + "}]}\n");
  EXPECT_NE(refusal("record", Split::train).find("ReCoRD/train.jsonl:1: an object of another form"), std::string::npos);
}

TEST(Segments, ListsInOneAnotherAreNoJsonString) { EXPECT_THROW(segments_of("\"a\"\n" + nested() + "\n", "x.jsonl"), UserError); }

class TimedSgml : public OwnFolder {
 protected:
  /// Seconds until the segments are read, or refused.
  double seconds(const std::string& sgml) {
    put("dev/newstest2014-deen-src.en.sgm", sgml);
    put("dev/newstest2014-deen-ref.de.sgm", sgml);
    const auto start = std::chrono::steady_clock::now();
    const std::string words = refusal("wmt14-en-de", Split::test);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    refused_ = words;
    return took.count();
  }
  static constexpr std::size_t kBytes = 4 << 20;
  std::string refused_;
};

TEST_F(TimedSgml, ASegmentOfEmptyLinesThatNeverEndsTakesSeconds) {
  EXPECT_LT(seconds("<seg" + std::string(kBytes, '\n')), 20);
  EXPECT_NE(refused_.find("src.en.sgm:1: a <seg> without </seg>"), std::string::npos) << refused_;
}

TEST_F(TimedSgml, ALineOfManySegmentsTakesSeconds) {
  const std::string one = "<seg></seg>";
  std::string line;
  for (line.reserve(kBytes); line.size() + one.size() < kBytes;) line += one;
  EXPECT_LT(seconds(line + "\n"), 20);
  EXPECT_EQ(refused_, "");
  EXPECT_EQ(texts(NamedData("wmt14-en-de"), Split::test, "source").size(), line.size() / one.size() - line.size() / one.size() * 19 / 20);
}

}  // namespace
}  // namespace synthbench
