#include "tasks/text/packing.h"

#include <gtest/gtest.h>

#include <random>

#include "tasks/text/token_windows.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

constexpr std::int32_t kEnd = 99;
using Documents = std::vector<std::vector<std::int32_t>>;

/// Documents of 0 to 30 tokens; all tokens are different, so that one that is lost or doubled shows.
Documents drawn_documents(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  Documents documents;
  std::int32_t next = kEnd + 1;
  for (int k = 0; k < count; ++k) {
    documents.emplace_back();
    for (std::uint64_t left = random() % 31; left > 0; --left) documents.back().push_back(next++);
  }
  return documents;
}

TEST(Packing, UnpackingGivesTheDocuments) {
  SCOPED_TRACE(seed_trace());
  for (std::uint64_t k = 0; k < 50; ++k) {
    const Documents documents = drawn_documents(test_seed() + k, 40);
    EXPECT_EQ(unpacked(packed(documents, kEnd), kEnd), documents);
  }
  EXPECT_EQ(packed({}, kEnd), std::vector<std::int32_t>());
  EXPECT_EQ(unpacked(packed(Documents{{}, {}}, kEnd), kEnd), (Documents{{}, {}}));
  EXPECT_EQ(unpacked(std::vector<std::int32_t>{1, kEnd, 2}, kEnd), (Documents{{1}, {2}}));
}

TEST(Packing, WindowsOfAPackedRowHoldEveryTokenOnce) {
  SCOPED_TRACE(seed_trace());
  for (const std::int64_t length : {1, 2, 7, 33, 1000}) {
    const Documents documents = drawn_documents(test_seed(), 40);
    const std::vector<std::int32_t> row = packed(documents, kEnd);
    const TokenWindows windows{row, length};
    const Batch batch = windows.in_order(0, windows.count());
    std::vector<std::int32_t> again = {batch.inputs.front()};
    for (std::size_t place = 0; place < batch.targets.size(); ++place) {
      if (batch.targets[place] == Batch::kIgnored) continue;
      EXPECT_EQ(batch.inputs[place], again.back());
      again.push_back(batch.targets[place]);
    }
    EXPECT_EQ(unpacked(again, kEnd), documents) << length;
  }
}

TEST(Packing, ADocumentThatHoldsTheEndIsRefused) { EXPECT_THROW(packed(Documents{{1, kEnd}}, kEnd), std::invalid_argument); }

TEST(Truncation, CountsWhatIsLost) {
  Truncation counts;
  std::vector<std::int32_t> three = {1, 2, 3}, five = {1, 2, 3, 4, 5}, none;
  counts.cut(three, 3);
  counts.cut(five, 3);
  counts.cut(none, 3);
  EXPECT_EQ(three.size(), 3u);
  EXPECT_EQ(five, (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_EQ(counts.examples, 3);
  EXPECT_EQ(counts.cut_examples, 1);
  EXPECT_EQ(counts.tokens, 8);
  EXPECT_EQ(counts.cut_tokens, 2);
}

}  // namespace
}  // namespace synthbench
