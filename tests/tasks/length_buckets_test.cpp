#include "tasks/text/length_buckets.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "harness/base/error.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// Pairs whose lengths are spread as those of sentences are.
std::vector<PairLength> drawn_lengths(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::lognormal_distribution<double> length(2.8, 0.6);
  std::vector<PairLength> lengths;
  for (int k = 0; k < count; ++k) {
    const auto source = std::min<std::int64_t>(static_cast<std::int64_t>(length(random)), 200);
    lengths.push_back({source, source + static_cast<std::int64_t>(random() % 5)});
  }
  return lengths;
}

std::vector<std::int64_t> all_of(const std::vector<std::vector<std::int64_t>>& batches) {
  std::vector<std::int64_t> examples;
  for (const auto& batch : batches) examples.insert(examples.end(), batch.begin(), batch.end());
  return examples;
}

TEST(LengthBuckets, EveryExampleIsOnceInAnEpoch) {
  SCOPED_TRACE(seed_trace());
  const LengthBuckets buckets(drawn_lengths(test_seed(), 3001), 512);
  for (std::int64_t epoch = 0; epoch < 3; ++epoch) {
    std::vector<std::int64_t> examples = all_of(buckets.epoch(test_seed(), epoch));
    std::ranges::sort(examples);
    ASSERT_EQ(examples.size(), 3001u);
    for (std::int64_t k = 0; k < 3001; ++k) ASSERT_EQ(examples[static_cast<std::size_t>(k)], k);
  }
}

TEST(LengthBuckets, BatchesKeepToTheirTokensAndPadLittle) {
  SCOPED_TRACE(seed_trace());
  const std::vector<PairLength> lengths = drawn_lengths(test_seed(), 3000);
  const auto batches = LengthBuckets(lengths, 1024).epoch(test_seed(), 0);
  std::int64_t places = 0, tokens = 0;
  for (const auto& batch : batches) {
    ASSERT_FALSE(batch.empty());
    std::int64_t longest = 0;
    for (const std::int64_t example : batch) {
      longest = std::max(longest, lengths[static_cast<std::size_t>(example)].longer());
      tokens += lengths[static_cast<std::size_t>(example)].longer();
    }
    EXPECT_LE(longest * std::ssize(batch), 1024);
    places += longest * std::ssize(batch);
  }
  EXPECT_LT(static_cast<double>(places - tokens) / static_cast<double>(places), 0.1) << "share of padding";
  EXPECT_GT(static_cast<double>(places) / static_cast<double>(batches.size()), 0.85 * 1024) << "places of a batch";
}

TEST(LengthBuckets, AnEpochFollowsFromSeedAndNumber) {
  SCOPED_TRACE(seed_trace());
  const std::vector<PairLength> lengths = drawn_lengths(test_seed(), 500);
  const LengthBuckets buckets(lengths, 256);
  const auto first = buckets.epoch(test_seed(), 4);
  EXPECT_EQ(LengthBuckets(lengths, 256).epoch(test_seed(), 4), first);
  for (const auto& other : {buckets.epoch(test_seed(), 5), buckets.epoch(test_seed() + 1, 4)}) {
    EXPECT_NE(other, first);
    EXPECT_EQ(other.size(), first.size()) << "steps of an epoch";
  }
}

TEST(LengthBuckets, BatchesComeInNoOrderOfLength) {
  SCOPED_TRACE(seed_trace());
  const std::vector<PairLength> lengths = drawn_lengths(test_seed(), 3000);
  std::vector<std::int64_t> longest;
  for (const auto& batch : LengthBuckets(lengths, 512).epoch(test_seed(), 0)) {
    longest.push_back(lengths[static_cast<std::size_t>(batch.front())].longer());
  }
  int rises = 0;
  for (std::size_t k = 1; k < longest.size(); ++k) rises += longest[k] > longest[k - 1] ? 1 : 0;
  EXPECT_GT(rises, std::ssize(longest) / 4);
  EXPECT_LT(rises, std::ssize(longest) * 3 / 4);
}

TEST(LengthBuckets, OddCasesAreBatchesToo) {
  EXPECT_TRUE(LengthBuckets({}, 10).epoch(1, 0).empty());
  EXPECT_EQ(LengthBuckets({{0, 0}}, 10).epoch(1, 0), (std::vector<std::vector<std::int64_t>>{{0}}));
  EXPECT_EQ(LengthBuckets({{10, 3}, {2, 10}}, 10).epoch(1, 0).size(), 2u) << "each fills a batch";
}

TEST(LengthBuckets, AnExampleThatFitsNoBatchIsExplained) {
  try {
    LengthBuckets({{3, 4}, {11, 2}}, 10);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_STREQ(error.what(), "train.batch_tokens is 10: the longest example alone has 11 tokens");
  }
}

}  // namespace
}  // namespace synthbench
