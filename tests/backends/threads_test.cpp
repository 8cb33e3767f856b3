// The threads of the eigen backend: every task runs once, whatever their number, and what a task throws reaches the caller.
#include "backends/eigen/threads.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace synthbench::eigen {
namespace {

TEST(Threads, RunEveryTaskOnceCallAfterCall) {
  Threads threads;
  std::vector<int> ran(37);
  int wanted = 0;
  for (int call = 0; call < 500; ++call) {
    const int count = 1 + call % 37, most = 1 + call % 4;
    threads.run(most, count, [&](std::int64_t task, int worker) {
      ++ran[static_cast<std::size_t>(task)];
      EXPECT_LT(worker, most);
    });
    wanted += count;
  }
  EXPECT_EQ(std::accumulate(ran.begin(), ran.end(), 0), wanted);
  EXPECT_EQ(ran.front(), 500) << "task 0 is part of every call";
}

TEST(Threads, HandAnExceptionToTheCallerAndWorkOn) {
  Threads threads;
  for (int call = 0; call < 50; ++call) {
    try {
      threads.run(3, 20, [](std::int64_t task, int) {
        if (task == 7) throw std::runtime_error("task 7");
      });
      ADD_FAILURE() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
      EXPECT_EQ(std::string(error.what()), "task 7");
    }
    std::vector<int> ran(20);
    threads.run(3, 20, [&](std::int64_t task, int) { ++ran[static_cast<std::size_t>(task)]; });
    EXPECT_EQ(ran, std::vector<int>(20, 1));
  }
}

}  // namespace
}  // namespace synthbench::eigen
