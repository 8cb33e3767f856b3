// Without a GPU every test of this program is skipped, which is no success where one was asked for: tests/gpu/run sets
// SYNTHBENCH_NEEDS_GPU.
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/cuda_on_cpu/backends_under_test.h"

namespace synthbench {
namespace {

TEST(Gpu, RunsEveryCudaBackend) {
  const std::vector<std::string> names = cuda_backends();
  EXPECT_EQ(names, (std::vector<std::string>{"cuda_ferried", "cuda_naive_ferried"}));
  for (const std::string& name : names) {
    const auto reason = refuses_all(name);
    if (reason && std::getenv("SYNTHBENCH_NEEDS_GPU") == nullptr) GTEST_SKIP() << *reason;
    EXPECT_EQ(reason, std::nullopt) << name;
  }
}

}  // namespace
}  // namespace synthbench
