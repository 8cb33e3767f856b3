// Units for people.
#include "harness/base/units.h"

#include <gtest/gtest.h>

namespace synthbench {
namespace {

TEST(Units, SecondsHaveTheUnitThatKeepsThemShort) {
  EXPECT_EQ(format_seconds(4.12e-4), "412 µs");
  EXPECT_EQ(format_seconds(1.234e-3), "1.23 ms");
  EXPECT_EQ(format_seconds(99), "99.0 s");
  EXPECT_EQ(format_seconds(123), "2 min 03 s");
  EXPECT_EQ(format_seconds(5999), "99 min 59 s");
  EXPECT_EQ(format_seconds(6000), "1 h 40 min");
  EXPECT_EQ(format_seconds(8 * 3600 + 5 * 60 + 59), "8 h 05 min");
  EXPECT_EQ(format_seconds(-7200), "-2 h 00 min");
}

TEST(Units, DurationsAreReadWithTheirUnits) {
  for (const char* text : {"8h", "10min", "0.3s", "250ms", "3"}) EXPECT_GT(parse_duration(text), 0) << text;
  EXPECT_DOUBLE_EQ(parse_duration("8h"), 28800);
}

}  // namespace
}  // namespace synthbench
