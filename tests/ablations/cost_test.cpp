#include "ablations/cost.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <stdexcept>

#include "harness/base/error.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

struct Layer {
  std::int64_t d, h, e, n, k, batch;
  LayerConfig config() const {
    return {.d_model = d, .heads = h, .head_dim = e, .max_len = n, .rank = k, .mixing = Mixing::sum, .dense_bias = false};
  }
  CallShape shape() const { return {batch, h, n, n, e}; }
};

Layer drawn_layer(std::mt19937_64& random) {
  const auto draw = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution(low, high)(random); };
  return {draw(24, 1500), draw(1, 16), draw(3, 140), draw(5, 900), draw(1, 64), draw(2, 9)};
}

std::int64_t layer_count(const char* variant, const LayerConfig& config) { return layer_parameters(describe(variant, config), config); }

TEST(Cost, ParametersFollowTable1) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 20; ++trial) {
    const Layer l = drawn_layer(random);
    const LayerConfig c = l.config();
    const std::int64_t D = l.h * l.e, dD = l.d * D, b = (l.n + l.k - 1) / l.k;
    EXPECT_EQ(layer_count("vanilla", c), 4 * dD);
    EXPECT_EQ(layer_count("random", c), 2 * dD + l.h * l.n * l.n);
    EXPECT_EQ(layer_count("fixed_random", c), 2 * dD);
    EXPECT_EQ(layer_count("factorized_random", c), 2 * dD + 2 * l.h * l.n * l.k);
    EXPECT_EQ(layer_count("dense", c), 3 * dD + D * l.n);
    EXPECT_EQ(layer_count("factorized_dense", c), 3 * dD + D * (l.k + b));
    EXPECT_EQ(layer_count("random+vanilla", c), 4 * dD + l.h * l.n * l.n);
    EXPECT_EQ(layer_count("dense+vanilla", c), 5 * dD + D * l.n);
    EXPECT_EQ(layer_count("dense+random", c), 3 * dD + D * l.n + l.h * l.n * l.n);
  }
}

TEST(Cost, LayersOfTable4AreExact) {
  // Tay et al. 2021, table 4: per self-attention layer with P = 768 * 1024.
  const std::int64_t P = 768 * 1024;
  LayerConfig c = {.d_model = 768,
                   .heads = 8,
                   .head_dim = 128,
                   .max_len = 512,
                   .rank = 16,
                   .mixing = Mixing::sum,
                   .w2 = W2::shared,
                   .dense_bias = false};
  EXPECT_EQ(layer_count("dense", c), 3 * P + 65536);
  EXPECT_EQ(layer_count("random", c), 2 * P + 2097152);
  EXPECT_EQ(layer_count("random+vanilla", c), 4 * P + 2097152);
  EXPECT_EQ(layer_count("factorized_random", c), 2 * P + 131072);
  c.reuse_q = true;
  EXPECT_EQ(layer_count("dense+vanilla", c), 4 * P + 65536);
  c.w2 = W2::heads;
  EXPECT_EQ(layer_count("dense+vanilla", c), 4 * P + 524288);
  EXPECT_EQ(layer_count("dense", c), 3 * P + 524288);
  // 24 such layers in T5-base (222.90 M with 12 x 64 heads) give the published totals, to the printed rounding.
  const double rest = 222.90e6 - 24.0 * 4 * 768 * 768;
  c.w2 = W2::shared;
  EXPECT_NEAR((rest + 24.0 * static_cast<double>(layer_count("dense", c))) / 1e6, 224.48, 0.0151);
  EXPECT_NEAR((rest + 24.0 * static_cast<double>(layer_count("random+vanilla", c))) / 1e6, 292.11, 0.0151);
}

TEST(Cost, OptionsOfDenseChangeTheCount) {
  LayerConfig c = {.d_model = 96, .heads = 6, .head_dim = 16, .max_len = 33, .rank = 4, .dense_bias = false};
  const std::int64_t vo = 2 * 96 * 96;
  c.w1 = W1::full;
  EXPECT_EQ(layer_count("dense", c), vo + 6 * 96 * 96 + 6 * 96 * 33);
  c.w1 = W1::slice;
  EXPECT_EQ(layer_count("dense", c), vo + 6 * 16 * 16 + 6 * 16 * 33);
  c.w2 = W2::shared;
  EXPECT_EQ(layer_count("dense", c), vo + 6 * 16 * 16 + 16 * 33);
  const std::int64_t without = layer_count("dense", c);
  c.w2 = W2::heads, c.w1 = W1::heads;
  const std::int64_t plain = layer_count("dense", c);
  c.dense_bias = true;
  EXPECT_EQ(layer_count("dense", c) - plain, 6 * (16 + 33)) << without;
}

TEST(Cost, SynthesizingFunctionsCountTheirLayers) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 20; ++trial) {
    const Layer l = drawn_layer(random);
    const std::int64_t D = l.h * l.e, vo = 2 * l.d * D, first = l.d * D, second = D * l.n, M = l.batch * l.n;
    const auto count = [&](Synthesizer f, bool bias = false) {
      LayerConfig c = l.config();
      c.synthesizer = f;
      c.dense_bias = bias;
      return layer_count("dense", c) - vo;
    };
    using enum Synthesizer;
    EXPECT_EQ(count(ffn), first + second);
    EXPECT_EQ(count(linear), first + second);
    EXPECT_EQ(count(conv3), 3 * first + second);
    EXPECT_EQ(count(conv_relu_conv3), 3 * first + 3 * second);
    EXPECT_EQ(count(conv_relu_conv5), 5 * first + 5 * second);
    EXPECT_EQ(count(conv_relu_conv35), 3 * first + 5 * second);
    EXPECT_EQ(count(bottleneck), 2 * 16 * l.d + first + second);
    EXPECT_EQ(count(bottleneck_conv_relu_conv), 2 * 16 * l.d + 3 * first + 3 * second);
    EXPECT_EQ(count(glu), 2 * first + second);
    EXPECT_EQ(count(glu, true) - count(glu), 2 * D + l.h * l.n);
    EXPECT_EQ(count(bottleneck, true) - count(bottleneck), 16 + l.d + D + l.h * l.n);

    LayerConfig c = l.config();
    const std::int64_t two_layers = layer_flops(describe("dense", c), c, l.shape()).forward;
    const auto more = [&](Synthesizer f) {
      c.synthesizer = f;
      return layer_flops(describe("dense", c), c, l.shape()).forward - two_layers;
    };
    EXPECT_EQ(more(conv_relu_conv3), 4 * M * first + 4 * M * l.n * D) << "each layer three times";
    EXPECT_EQ(more(bottleneck), 64 * M * l.d);
    EXPECT_EQ(more(glu), 2 * M * first + 5 * M * D);
  }
}

TEST(Cost, MixingWeightsCount) {
  LayerConfig c = {.d_model = 32, .heads = 4, .head_dim = 8, .max_len = 16, .mixing = Mixing::sum};
  const std::int64_t two = layer_count("R+V", c), three = layer_count("R+V+D", c);
  c.mixing = Mixing::softmax;
  EXPECT_EQ(layer_count("R+V", c) - two, 8);
  EXPECT_EQ(layer_count("R+V+D", c) - three, 12);
  c.mixing = Mixing::sigmoid;
  EXPECT_EQ(layer_count("R+V", c) - two, 1);
}

TEST(Cost, FlopsFollowTheFormulas) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 20; ++trial) {
    const Layer l = drawn_layer(random);
    const LayerConfig c = l.config();
    const std::int64_t D = l.h * l.e, M = l.batch * l.n, values = 2 * M * l.n * D, logits = l.batch * l.h * l.n * l.n;
    const std::int64_t vo = 4 * M * l.d * D;
    const Flops vanilla = layer_flops(describe("vanilla", c), c, l.shape());
    EXPECT_EQ(vanilla.forward, 2 * vo + values + values + 5 * logits);
    EXPECT_EQ(vanilla.backward, 4 * vo + 2 * values + 2 * values + 5 * logits);
    const std::int64_t table = l.h * l.n * l.n;
    const Flops fixed = layer_flops(describe("fixed_random", c), c, l.shape());
    EXPECT_EQ(fixed.forward, vo + values + 5 * table) << "one softmax serves the batch";
    EXPECT_EQ(fixed.backward, 2 * vo + values) << "nothing but values wants a gradient";
    const Flops learned = layer_flops(describe("random", c), c, l.shape());
    EXPECT_EQ(learned.backward, 2 * vo + 2 * values + 6 * table);
    const Flops factors = attend_flops(describe("factorized_random", c), l.shape());
    EXPECT_EQ(factors.forward, values + 2 * table * l.k + 5 * table);
    EXPECT_EQ(factors.backward, 2 * values + 4 * table * l.k + 6 * table);
  }
}

TEST(Cost, AWindowCountsThePairsItShows) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const auto draw = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution(low, high)(random); };
  for (int trial = 0; trial < 50; ++trial) {
    LayerConfig c = {.d_model = 24, .heads = draw(1, 4), .head_dim = draw(2, 9), .max_len = 99};
    c.window = draw(1, 70);
    const CallShape s{draw(1, 3), c.heads, draw(1, 60), draw(1, 60), c.head_dim};
    std::int64_t pairs = 0;
    for (std::int64_t i = 0; i < s.queries; ++i) {
      for (std::int64_t j = 0; j < s.keys; ++j) pairs += std::abs(i - j) <= c.window ? 1 : 0;
    }
    const std::int64_t logits = s.batch * s.heads * pairs, values = 2 * logits * s.width;
    const Flops local = attend_flops(describe("local", c), s);
    EXPECT_EQ(local.forward, 2 * values + 5 * logits) << "N " << s.queries << ", M " << s.keys << ", window " << c.window;
    EXPECT_EQ(local.backward, 4 * values + 5 * logits);
    EXPECT_EQ(layer_parameters(describe("local", c), c), layer_parameters(describe("vanilla", c), c));
  }
}

TEST(Cost, WholeLayersCountWhatTheirFormulasSay) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  for (int trial = 0; trial < 20; ++trial) {
    const Layer l = drawn_layer(random);
    LayerConfig c = l.config();
    const std::int64_t D = l.h * l.e, d = l.d, M = l.batch * l.n, K = 9;
    EXPECT_EQ(layer_count("linformer", c), 4 * d * D + l.n * l.k);
    EXPECT_EQ(layer_count("lightconv", c), 3 * d * d + K * l.h) << "GLU 2 d^2, output d^2";
    EXPECT_EQ(layer_count("dynconv", c), 3 * d * d + d * K * l.h);
    EXPECT_EQ(layer_count("mlp_mixer", c), 2 * d + 2 * l.n * l.k);
    const auto products = [&](const char* variant) {  // in a backward they are computed twice more, all else once
      const Flops flops = layer_flops(describe(variant, c), c, l.shape());
      return flops.backward - flops.forward;
    };
    EXPECT_EQ(products("linformer"), 8 * M * d * D + 8 * M * l.k * D);
    EXPECT_EQ(products("lightconv"), 6 * M * d * d + 2 * M * K * d);
    EXPECT_EQ(products("dynconv"), 6 * M * d * d + 2 * M * d * l.h * K + 2 * M * K * d);
    EXPECT_EQ(products("mlp_mixer"), 4 * M * d * l.k);
    EXPECT_EQ(layer_flops(describe("linformer", c), c, l.shape()).forward, products("linformer") + 5 * M * l.h * l.k);
    c.dense_bias = true;
    EXPECT_EQ(layer_count("lightconv", c), 3 * d * d + K * l.h + 3 * d);
    EXPECT_EQ(layer_count("mlp_mixer", c), 2 * d + 2 * l.n * l.k + l.k + l.n);
    EXPECT_EQ(layer_count("linformer", c), 4 * d * D + l.n * l.k) << "has no biases";
    EXPECT_THROW(attend_flops(describe("lightconv", c), l.shape()), UserError);
    EXPECT_THROW(attend_bytes(describe("linformer", c), l.shape(), DType::f32), UserError);
  }
  const LayerConfig c = {.d_model = 8, .heads = 2, .head_dim = 4, .max_len = 7, .rank = 3, .dense_bias = false};
  // x and y, the weights, and z, u, c of lightconv; normed x and the hidden layer of mlp_mixer
  EXPECT_EQ(layer_bytes(describe("lightconv", c), c, {5, 2, 7, 7, 4}, DType::f32), 4 * (2 * 280 + 3 * 64 + 18 + 4 * 280));
  EXPECT_EQ(layer_bytes(describe("mlp_mixer", c), c, {5, 2, 7, 7, 4}, DType::f64), 8 * (2 * 280 + 2 * 8 + 2 * 21 + 280 + 5 * 3 * 8));
}

TEST(Cost, TooLargeACountIsAnError) {
  const LayerConfig c = {.d_model = 512, .heads = 8, .head_dim = 64, .max_len = std::int64_t{1} << 31};
  EXPECT_THROW(layer_parameters(describe("random", c), c), std::overflow_error);
  EXPECT_THROW(attend_flops(describe("random", c), {1 << 20, 8, 1 << 30, 1 << 30, 64}), std::overflow_error);
}

TEST(Cost, SharedOperandsMoveOnce) {
  const LayerConfig c = {.d_model = 8, .heads = 2, .head_dim = 4, .max_len = 9};
  const std::int64_t values = 3 * 2 * 7 * 4, outputs = values, lse = 3 * 2 * 7;
  const CallShape s{3, 2, 7, 7, 4};
  EXPECT_EQ(attend_bytes(describe("random", c), s, DType::f32), 4 * (2 * 7 * 7 + values + outputs + lse));
  EXPECT_EQ(attend_bytes(describe("vanilla", c), s, DType::f64), 8 * (2 * values + values + outputs + lse));
  EXPECT_EQ(layer_bytes(describe("random", c), c, s, DType::f32) - attend_bytes(describe("random", c), s, DType::f32),
            4 * (2 * 8 * 8 + 2 * 3 * 7 * 8));
}

TEST(Cost, BackwardMovesOperandsAgainAndTheirGradients) {
  const LayerConfig c = {.d_model = 8, .heads = 2, .head_dim = 4, .max_len = 7};
  const std::int64_t values = 3 * 2 * 7 * 4, lse = 3 * 2 * 7, table = 2 * 7 * 7;
  const CallShape s{3, 2, 7, 7, 4};
  const auto backward = [&](const char* variant) { return attend_traffic(describe(variant, c), s, DType::f32).backward; };
  EXPECT_EQ(attend_traffic(describe("vanilla", c), s, DType::f32).forward, attend_bytes(describe("vanilla", c), s, DType::f32));
  EXPECT_EQ(backward("vanilla"), 4 * (2 * values + values + values + lse + values + 2 * values + values));
  EXPECT_EQ(backward("random"), 4 * (table + values + values + lse + values + table + values));
  EXPECT_EQ(backward("fixed_random"), 4 * (table + values + values + lse + values + values)) << "a frozen table wants no gradient";
  EXPECT_EQ(layer_traffic(describe("random", c), c, s, DType::f32).backward - backward("random"), 4 * (2 * 2 * 8 * 8 + 3 * 3 * 7 * 8))
      << "x, grad_y and grad_x; w_v and w_o with their gradients";
}

}  // namespace
}  // namespace synthbench
