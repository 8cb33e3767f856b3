// The probe changes nothing of what is computed, and notes what the model's attention was.
#include "harness/trunk/attention_probe.h"

#include <gtest/gtest.h>

#include <numeric>

#include "backends/core/attention.h"
#include "harness/trunk/self_attention.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

constexpr std::int64_t kHeads = 3, kLength = 11, kBatch = 2;

LayerConfig a_layer() {
  LayerConfig c;
  c.heads = kHeads;
  c.head_dim = 4;
  c.d_model = 10;
  c.max_len = 15;
  c.rank = 5;
  return c;
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

TEST(AttentionProbe, TheOutputIsThatOfTheBackendBelow) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  for (const char* variant : {"vanilla", "random", "factorized_dense", "dense+vanilla"}) {
    SelfAttention layer(describe(variant, a_layer()), a_layer(), Initialiser(test_seed(), torch::kFloat));
    const torch::Tensor x = torch::randn({kBatch, kLength, 10});
    const auto backend = backends().at("eigen")();
    AttentionProbe probe(*backend);
    AttendOptions options;
    options.causal = true;
    const torch::NoGradGuard no_grad;
    EXPECT_TRUE(torch::equal(layer->forward(x, probe, options), layer->forward(x, *backend, options))) << variant;
    ASSERT_EQ(probe.seen().size(), 1u) << variant;
    const LayerRecord& record = probe.seen()[0];
    constexpr double kVisible = kHeads * kLength * (kLength + 1) / 2.0;  // of one sample, causal
    EXPECT_EQ(sum(record.logits.counts), kVisible) << variant;
    EXPECT_EQ(sum(record.weights.counts), kVisible) << variant;
    ASSERT_EQ(record.maps.size(), static_cast<std::size_t>(kHeads));
    for (const auto& map : record.maps) {
      ASSERT_EQ(map.size(), static_cast<std::size_t>(kLength));
      for (std::size_t i = 0; i < map.size(); ++i) {
        EXPECT_NEAR(sum(map[i]), 1, 1e-12) << "every query's weights add up";
        for (std::size_t j = i + 1; j < map[i].size(); ++j) EXPECT_EQ(map[i][j], 0) << "nobody sees the future";
      }
    }
  }
}

TEST(AttentionProbe, WeightsAreThoseThatTheBackendMultiplies) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  // With the unit matrix as values the output is the weights.
  TermTensors term{TermKind::inner, 0.5, torch::randn({1, 2, kLength, 4}), torch::randn({1, 2, kLength, 4})};
  const torch::Tensor values = torch::eye(kLength).expand({1, 2, kLength, kLength}).contiguous();
  const auto backend = backends().at("eigen")();
  AttentionProbe probe(*backend);
  const torch::Tensor weights = attend(probe, {term}, values, kLength, {});
  ASSERT_EQ(probe.seen().size(), 1u);
  for (std::int64_t i = 0; i < kLength; ++i) {
    for (std::int64_t j = 0; j < kLength; ++j) {
      EXPECT_NEAR(probe.seen()[0].maps[1][static_cast<std::size_t>(i)][static_cast<std::size_t>(j)], weights[0][1][i][j].item<double>(),
                  1e-6);
    }
  }
}

TEST(AttentionProbe, LongSamplesAreAveragedInBlocks) {
  SCOPED_TRACE(seed_trace());
  constexpr std::int64_t kLong = 101;
  TermTensors term{TermKind::table, 1.0, torch::zeros({1, 1, kLong, kLong}), {}};
  const auto backend = backends().at("eigen")();
  AttentionProbe probe(*backend);
  attend(probe, {term}, torch::randn({1, 1, kLong, 3}), kLong, {});
  const auto& map = probe.seen().at(0).maps.at(0);
  ASSERT_EQ(map.size(), 34u) << "blocks of three";
  EXPECT_NEAR(map[0][0], 1.0 / kLong, 1e-9) << "equal logits: equal weights";
  EXPECT_EQ(probe.seen()[0].logits.counts.size(), 60u);
}

}  // namespace
}  // namespace synthbench
