// The golden vectors through every CUDA backend, on host memory.
#include "harness/check/golden.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/cuda_on_cpu/backends_under_test.h"

namespace synthbench {
namespace {

class CudaGolden : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (const auto reason = refuses_all(GetParam())) GTEST_SKIP() << *reason;
  }

  static void expect_passes(const std::string& folder) {
    const GoldenReport report = check_golden(folder, GetParam(), DType::f32, 1);
    EXPECT_EQ(report.errors, std::vector<std::string>());
    int checked = 0;
    for (const GoldenRow& row : report.rows) {
      if (row.skipped()) continue;
      ++checked;
      EXPECT_TRUE(row.passed) << row.file << " " << row.tensor << ": " << row.value << " > " << row.bound;
    }
    EXPECT_GT(checked, 20);
  }
};

TEST_P(CudaGolden, ShippedVectorsPass) { expect_passes(std::string(SYNTHBENCH_SOURCE_DIR) + "/tests/golden/data"); }

TEST_P(CudaGolden, TheWholeSetPasses) {
  const std::string whole = std::string(SYNTHBENCH_SOURCE_DIR) + "/../shared/golden";
  if (!std::filesystem::exists(whole + "/INDEX.json")) GTEST_SKIP() << "the whole set of golden vectors is not beside this checkout";
  expect_passes(whole);
}

INSTANTIATE_TEST_SUITE_P(Backends, CudaGolden, testing::ValuesIn(cuda_backends()), [](const auto& about) { return about.param; });

}  // namespace
}  // namespace synthbench
