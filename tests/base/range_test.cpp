#include "harness/base/range.h"

#include <gtest/gtest.h>

#include <random>

#include "harness/base/error.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

std::string refusal(std::string_view text, bool integers = true) {
  try {
    if (integers) {
      parse_integers(text);
    } else {
      parse_numbers(text);
    }
  } catch (const UserError& error) {
    return error.what();
  }
  return "accepted: " + std::string(text);
}

TEST(Range, ReadsListsStepsFactorsAndK) {
  EXPECT_EQ(parse_integers("7"), (Integers{7}));
  EXPECT_EQ(parse_integers(" 16, 48 ,20"), (Integers{16, 48, 20}));
  EXPECT_EQ(parse_integers("16-19"), (Integers{16, 17, 18, 19}));
  EXPECT_EQ(parse_integers("16-30+5"), (Integers{16, 21, 26}));
  EXPECT_EQ(parse_integers("100-1000*2"), (Integers{100, 200, 400, 800}));
  EXPECT_EQ(parse_integers("8,16-64*2,100-102"), (Integers{8, 16, 32, 64, 100, 101, 102}));
  EXPECT_EQ(parse_integers("1k-4K*2"), (Integers{1024, 2048, 4096}));
  EXPECT_EQ(parse_integers("1k-3k+1k"), (Integers{1024, 2048, 3072}));
  EXPECT_EQ(parse_integers("16-16"), (Integers{16}));
  EXPECT_EQ(parse_integers("-3"), (Integers{-3}));
}

TEST(Range, TriesEachPieceAsANumberFirst) {
  EXPECT_EQ(parse_numbers("1e-4"), (Numbers{1e-4}));
  EXPECT_EQ(parse_numbers("1e-4,3e-4"), (Numbers{1e-4, 3e-4}));
  EXPECT_EQ(parse_numbers("1e-4-1e-2*10"), (Numbers{1e-4, 1e-3, 1e-2}));
  EXPECT_EQ(parse_numbers("0.1-0.5+0.1"), (Numbers{0.1, 0.2, 0.3, 0.4, 0.5}))
      << "steps add up to what is meant, not to 0.30000000000000004";
}

TEST(Range, TheLastValueIsReachedOrNotAtSixtyFourBits) {
  EXPECT_EQ(parse_integers("9223372036854775806-9223372036854775807"), (Integers{9223372036854775806, 9223372036854775807}));
  EXPECT_EQ(parse_integers("4611686018427387904-9223372036854775807*2"), (Integers{4611686018427387904}));
}

TEST(Range, RefusesWhatIsNoRangeQuotingThePiece) {
  EXPECT_EQ(refusal("8x"), "'8x' is not a number or a range (try 8,16 or 8-64*2)");
  for (const char* text : {"8,16--32", "16-", "-16-32", "16-32*", "16-32/2", "a-b", "1-2-3", "16 32", "0x10", "k"}) {
    EXPECT_NE(refusal(text).find("is not a number or a range"), std::string::npos) << refusal(text);
  }
  EXPECT_NE(refusal("8,16--32").find("'16--32'"), std::string::npos) << "the piece, not the whole text";
  EXPECT_EQ(parse_integers("512.0,1e3"), (Integers{512, 1000})) << "as in a file";
  for (const char* text : {"16.5", "1e300", "1e-4"})
    EXPECT_NE(refusal(text).find("is not a whole number"), std::string::npos) << refusal(text);
  for (const char* text : {"", " ", ",", "1,,2", "1,"}) EXPECT_NE(refusal(text).find("empty"), std::string::npos) << refusal(text);
  for (const char* text : {"nan", "inf"})
    EXPECT_NE(refusal(text, false).find("is not a finite number"), std::string::npos) << refusal(text, false);
  for (const char* text : {"99999999999999999999", "9223372036854775807k", "1-99999999999999999999"}) {
    EXPECT_NE(refusal(text).find("does not fit into 64 bits"), std::string::npos) << refusal(text);
  }
}

TEST(Range, RefusesRangesThatNeverEndOrRunDownwards) {
  EXPECT_EQ(refusal("192-128"), "'192-128' runs downwards (try 128-192; values that move together go into [[zip]])");
  EXPECT_EQ(refusal("128-64*2"), "'128-64*2' runs downwards (try 64-128*2; values that move together go into [[zip]])");
  EXPECT_NE(refusal("16-64*1").find("factor"), std::string::npos);
  EXPECT_NE(refusal("16-64*0").find("factor"), std::string::npos);
  EXPECT_NE(refusal("16-64+0").find("step of 0"), std::string::npos);
  EXPECT_NE(refusal("0-8*2").find("try 0,1-8*2"), std::string::npos) << refusal("0-8*2");
}

TEST(Range, CountsBeforeItMakesValues) {
  EXPECT_EQ(refusal("1-1000000000000"),
            "'1-1000000000000' has 1,000,000,000,000 values, more than the 10,000,000 points that a grid may have");
  EXPECT_NE(refusal("1-9223372036854775807").find("more than the 10,000,000"), std::string::npos);
  EXPECT_NE(refusal("0-1+1e-9", false).find("1,000,000,00"), std::string::npos) << refusal("0-1+1e-9", false);
  EXPECT_NE(refusal("0-6000000,0-6000000").find("more than the 10,000,000"), std::string::npos);
  EXPECT_EQ(parse_integers("1-10000000").size(), 10'000'000u);
}

TEST(Range, HoldsEveryValueFromFirstToLastAndNoOther) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int round = 0; round < 300; ++round) {
    const auto draw = [&](std::int64_t least, std::int64_t most) {
      return std::uniform_int_distribution<std::int64_t>(least, most)(random);
    };
    const std::int64_t first = draw(1, 99), last = first + draw(0, 999), by = draw(2, 40);
    const bool times = draw(0, 1) == 1;
    const std::string text = std::to_string(first) + "-" + std::to_string(last) + (times ? "*" : "+") + std::to_string(by);
    Integers expected;
    for (std::int64_t value = first; value <= last; value = times ? value * by : value + by) expected.push_back(value);
    EXPECT_EQ(parse_integers(text), expected) << text;
    EXPECT_EQ(parse_numbers(text), Numbers(expected.begin(), expected.end())) << text;
  }
}

}  // namespace
}  // namespace synthbench
