// bf16 and f16: host numbers round as LibTorch's do, and the ATen compositions hold the bound of a composition that keeps its
// matrices narrow.
#include "backends/core/half.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>
#include <set>

#include "harness/check/parity.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

template <typename Ours, typename Theirs>
void expect_equal_rounding() {
  for (std::uint32_t bits = 0; bits <= 0xFFFF; ++bits) {
    Ours ours;
    ours.bits = static_cast<std::uint16_t>(bits);
    const float wide = ours, wanted = Theirs(ours.bits, Theirs::from_bits());
    ASSERT_TRUE(std::bit_cast<std::uint32_t>(wide) == std::bit_cast<std::uint32_t>(wanted) || (std::isnan(wide) && std::isnan(wanted)))
        << bits;
    if (std::isnan(wide)) {
      EXPECT_TRUE(std::isnan(static_cast<float>(Ours(wide)))) << bits;
    } else {
      ASSERT_EQ(Ours(wide).bits, bits) << "what is representable stays";
    }
  }
  std::mt19937 draw(static_cast<std::mt19937::result_type>(test_seed()));
  for (int i = 0; i < 300'000; ++i) {
    const auto wide = std::bit_cast<float>(static_cast<std::uint32_t>(draw()));
    if (std::isnan(wide)) continue;
    ASSERT_EQ(Ours(wide).bits, Theirs(wide).x) << wide;
  }
}

TEST(HalfNumbers, RoundAsLibTorchDoes) {
  SCOPED_TRACE(seed_trace());
  expect_equal_rounding<BFloat16, at::BFloat16>();
  expect_equal_rounding<Float16, at::Half>();
}

CheckRequest of_aten() {
  CheckRequest request;
  request.variants = {"vanilla", "random", "factorized_random", "dense", "factorized_dense", "dense+vanilla", "random+vanilla"};
  request.backends = {"torch", "torch_eager"};
  request.dtypes = {DType::bf16, DType::f16};
  request.input_seed = static_cast<std::int64_t>(test_seed() % 1000);
  request.threads = 2;
  return request;
}

TEST(HalfParity, EveryKindOfTermUnderEveryMaskHoldsTheBoundOnTheAtenBackends) {
  SCOPED_TRACE(seed_trace());
  std::set<std::string> kernels;
  double largest = 0;
  for (const CheckNumber& row : check_parity(of_aten())) {
    ASSERT_FALSE(row.skipped()) << row.backend << " " << row.dtype << ": " << row.reason;
    EXPECT_TRUE(row.passed) << row.variant << " " << row.backend << " " << row.dtype << " " << row.masks << " " << row.tensor << ": "
                            << row.value << " above " << row.bound;
    kernels.insert(row.kernel);
    if (row.tensor == "out") largest = std::max(largest, row.bound);
  }
  EXPECT_EQ(kernels, (std::set<std::string>{"eager", "eager_by_rows", "folded_by_sample", "sdpa", "sdpa_bias"}));
  EXPECT_LT(largest, 0.02) << "a bound that says something: bf16 keeps 8 bits";
}

TEST(HalfParity, GradientsMatchDifferences) {
  SCOPED_TRACE(seed_trace());
  CheckRequest request = of_aten();
  request.backends = {"torch"};
  request.variants = {"vanilla", "factorized_dense", "random"};
  request.dtypes = {DType::bf16, DType::f16, DType::f64};  // each has numbers of its own
  double largest_f16 = 0, largest_f64 = 0;
  for (const CheckNumber& row : check_gradients(request)) {
    if (row.dtype == "f16") largest_f16 = std::max(largest_f16, row.bound);
    if (row.dtype == "f64") largest_f64 = std::max(largest_f64, row.bound);
    EXPECT_TRUE(!row.skipped() && row.passed) << row.variant << " " << row.backend << " " << row.dtype << " " << row.masks << " "
                                              << row.tensor << ": " << row.value << " above " << row.bound << row.reason;
  }
  EXPECT_LT(largest_f16, 4e-3) << "f16 keeps 11 bits";
  EXPECT_LT(largest_f64, 1e-8);
}

}  // namespace
}  // namespace synthbench
