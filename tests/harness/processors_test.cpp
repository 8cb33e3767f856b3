#include "harness/base/processors.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/test_seed.h"

namespace synthbench {
namespace {

using Shares = std::vector<std::vector<int>>;

TEST(Processors, AreSharedOutInNeighbourhoods) {
  EXPECT_EQ(split_processors({0, 1, 2, 3}, 2), (Shares{{0, 1}, {2, 3}}));
  EXPECT_EQ(split_processors({4, 6, 7}, 2), (Shares{{4}, {6, 7}}));
  EXPECT_EQ(split_processors({0}, 2), Shares());
}

TEST(Processors, NoTwoSharesOverlapAndNoneIsLeftOut) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 draw(test_seed());
  for (int round = 0; round < 100; ++round) {
    std::set<int> all;
    while (all.size() < 1 + draw() % 64) all.insert(static_cast<int>(draw() % 256));
    const int shares = 1 + static_cast<int>(draw() % all.size());
    std::vector<int> together;
    std::size_t least = all.size(), most = 0;
    for (const std::vector<int>& share : split_processors({all.begin(), all.end()}, shares)) {
      together.insert(together.end(), share.begin(), share.end());
      least = std::min(least, share.size());
      most = std::max(most, share.size());
    }
    EXPECT_EQ(together, std::vector<int>(all.begin(), all.end()));
    EXPECT_GE(least, 1u);
    EXPECT_LE(most - least, 1u);
  }
}

TEST(Processors, ThisProcessMayRunSomewhere) { EXPECT_FALSE(allowed_processors().empty()); }

}  // namespace
}  // namespace synthbench
