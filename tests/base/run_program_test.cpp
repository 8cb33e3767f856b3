#include "harness/base/run_program.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace synthbench {
namespace {

TEST(RunProgram, GivesBackWhatIsLeftBehind) {
  const Finished finished = run_program({"sh", "-c", "cat; echo words >&2; exit 3"}, "input\n");
  EXPECT_EQ(finished.not_started, 0);
  EXPECT_EQ(finished.code, 3);
  EXPECT_EQ(finished.out, "input\n");
  EXPECT_EQ(finished.err, "words\n");
}

TEST(RunProgram, ASignalIsNoSuccess) { EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}).code, 128 + 9); }

TEST(RunProgram, WhatIsNotThereIsNotStarted) { EXPECT_EQ(run_program({"no-such-program-anywhere"}).not_started, ENOENT); }

}  // namespace
}  // namespace synthbench
