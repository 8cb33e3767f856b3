// Which keys a query sees, against the words of the mask taken key by key.
#include "backends/core/mask.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "tests/backends/seam_problem.h"

namespace synthbench {
namespace {

bool sees(const Mask& mask, std::int64_t length, std::int64_t i, std::int64_t j) {
  if (mask.causal && j > i + mask.query_offset) return false;
  if (mask.window > 0 && std::abs(i + mask.query_offset - j) > mask.window) return false;
  return j < length;
}

struct DrawnMask {
  Mask mask;
  std::int64_t keys = 0;
  std::vector<std::int32_t> lengths;
  ConstView view() const { return ConstView({{std::ssize(lengths), 1, 1, 1}, {1, 0, 0, 0}, DType::i32, Place::host}, lengths.data()); }
};

DrawnMask drawn(std::mt19937_64& random) {
  const auto draw = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution(low, high)(random); };
  DrawnMask made;
  made.keys = draw(1, 40);
  made.mask.causal = draw(0, 1) == 1;
  made.mask.window = draw(0, 2) == 0 ? 0 : draw(1, 45);
  if (made.mask.causal || made.mask.window > 0) made.mask.query_offset = draw(-50, 50);
  for (int b = 0; b < 3; ++b) made.lengths.push_back(static_cast<std::int32_t>(draw(0, made.keys)));
  return made;
}

TEST(Mask, AQuerySeesExactlyTheKeysThatTheWordsSay) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 300; ++trial) {
    DrawnMask made = drawn(random);
    const bool padded = trial % 2 == 0;
    if (padded) made.mask.key_lengths = made.view();
    for (std::int64_t b = 0; b < 3; ++b) {
      for (std::int64_t i = 0; i < 30; ++i) {
        const KeyRange range = visible_keys(made.mask, b, i, made.keys);
        ASSERT_TRUE(0 <= range.begin && range.begin <= range.end && range.end <= made.keys) << range.begin << " " << range.end;
        for (std::int64_t j = 0; j < made.keys; ++j) {
          const std::int64_t length = padded ? made.lengths[static_cast<std::size_t>(b)] : made.keys;
          ASSERT_EQ(range.begin <= j && j < range.end, sees(made.mask, length, i, j))
              << "window " << made.mask.window << ", offset " << made.mask.query_offset << ", query " << i << ", key " << j;
        }
      }
    }
  }
}

TEST(Mask, ABlockOfQueriesSeesNothingOutsideTheEndsOfItsFirstAndLast) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 300; ++trial) {
    DrawnMask made = drawn(random);
    made.mask.key_lengths = made.view();
    const std::int64_t first = trial % 20, last = first + trial % 7;
    const KeyRange block = visible_to_block(made.mask, 1, first, last, made.keys);
    ASSERT_LE(block.begin, block.end);
    for (std::int64_t i = first; i <= last; ++i) {
      const KeyRange row = visible_keys(made.mask, 1, i, made.keys);
      if (row.empty()) continue;
      EXPECT_LE(block.begin, row.begin) << "query " << i;
      EXPECT_GE(block.end, row.end) << "query " << i;
    }
  }
}

}  // namespace
}  // namespace synthbench
