#include "harness/trunk/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

#include "harness/trunk/loss.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

Schedule schedule(Decay decay, double lr, std::int64_t warmup, std::int64_t steps, std::int64_t d_model) {
  return {decay, lr, warmup, steps, d_model};
}

TEST(Schedule, NoamIsTensor2Tensors) {
  const Schedule noam = schedule(Decay::noam, 2.0, 8000, 250000, 512);
  EXPECT_NEAR(noam.at(1), 1.2352647110032733e-07, 1e-19);
  EXPECT_NEAR(noam.at(8000), 0.0009882117688026185, 1e-15);
  EXPECT_NEAR(noam.at(8001), 0.0009881500113567685, 1e-15);
  EXPECT_NEAR(noam.at(250000), 0.0001767766952966369, 1e-16);
  EXPECT_NEAR(schedule(Decay::noam, 2.0, 10, 50, 64).at(50), 0.035355339059327376, 1e-14);
}

TEST(Schedule, InverseSqrtFallsAfterItsWarmUp) {
  const Schedule s = schedule(Decay::inverse_sqrt, 3.0, 100, 1000, 64);
  EXPECT_DOUBLE_EQ(s.at(100), 0.3);
  EXPECT_DOUBLE_EQ(s.at(50), 0.15);
  EXPECT_DOUBLE_EQ(s.at(400), 0.15);
}

TEST(Schedule, CosineAndLinearEndNearZeroAndStartWarm) {
  for (const Decay decay : {Decay::cosine, Decay::linear}) {
    const Schedule s = schedule(decay, 0.01, 20, 220, 64);
    EXPECT_DOUBLE_EQ(s.at(10), 0.005);
    EXPECT_DOUBLE_EQ(s.at(20), 0.01);
    EXPECT_NEAR(s.at(121), 0.005, 1e-12);
    EXPECT_GT(s.at(220), 0.0);
    EXPECT_LT(s.at(220), 1e-4);
  }
  EXPECT_DOUBLE_EQ(schedule(Decay::constant, 0.01, 0, 10, 64).at(1), 0.01);
}

TEST(TokenLoss, AddsUpNatsOfCountedTargetsOnly) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::Tensor logits = torch::randn({2, 3, 5}, torch::kDouble).requires_grad_();
  const torch::Tensor targets = torch::tensor({4, Batch::kIgnored, 0, 2, 1, Batch::kIgnored}, torch::kLong).view({2, 3});
  const Loss loss = token_loss(logits, targets, 0.0);
  const torch::Tensor nats = -torch::log_softmax(logits, 2);
  const double wanted = (nats[0][0][4] + nats[0][2][0] + nats[1][0][2] + nats[1][1][1]).item<double>();
  EXPECT_EQ(loss.tokens, 4);
  EXPECT_NEAR(loss.total_nats, wanted, 1e-12);
  EXPECT_NEAR(loss.objective.item<double>(), wanted / 4, 1e-12);
  loss.objective.backward();
  EXPECT_EQ(logits.grad()[0][1].abs().max().item<double>(), 0.0);
}

TEST(TokenLoss, SmoothsTheObjectiveAndNotTheLossThatIsStored) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::Tensor logits = torch::randn({1, 4, 5}, torch::kDouble), targets = torch::tensor({{3, 1, 0, 4}}, torch::kLong);
  const Loss plain = token_loss(logits, targets, 0.0), smooth = token_loss(logits, targets, 0.1);
  const double uniform = -torch::log_softmax(logits, 2).mean().item<double>();
  EXPECT_EQ(plain.total_nats, smooth.total_nats);
  EXPECT_NEAR(smooth.objective.item<double>(), 0.9 * plain.objective.item<double>() + 0.1 * uniform, 1e-12);
}

}  // namespace
}  // namespace synthbench
