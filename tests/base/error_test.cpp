#include "harness/base/error.h"

#include <gtest/gtest.h>

namespace synthbench {
namespace {

TEST(Error, AQuotedValueCannotBreakTheLineOrSteerTheTerminal) {
  EXPECT_STREQ(UserError("'8\n9\t\x1b[31m\x7f' is no number").what(), "'8\\n9\\t\\x1b[31m\\x7f' is no number");
  EXPECT_EQ(on_one_line(std::string("a\0b", 3)), "a\\x00b");
}

TEST(Error, OtherAlphabetsStayAsTheyAre) { EXPECT_STREQ(UserError("'größe 漢' is unknown").what(), "'größe 漢' is unknown"); }

}  // namespace
}  // namespace synthbench
