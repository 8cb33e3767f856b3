// Whole models counted from their description: the published sizes, and what the numbers are made of.
#include "ablations/model_cost.h"

#include <gtest/gtest.h>

#include <random>

#include "ablations/presets.h"
#include "ablations/resolve.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// The model of a preset with some keys named.
ModelShape model(const std::string& preset, Json keys = Json::object()) {
  keys.update({{"scope", "step"}, {"model.preset", preset}});
  return model_shape(resolve(keys));
}

double millions(const ModelShape& shape) { return static_cast<double>(model_parameters(shape)) / 1e6; }

/// T5-base with the official code's Synthesizer in all 24 self-attentions: 8 x 128 heads (Tay et al. 2021, table 4).
ModelShape synthesizer(const std::string& variant, const Json& more = Json::object()) {
  Json keys = {{"variant", variant}, {"mixing", "sum"}, {"w2", "shared"}, {"dense_bias", false},
               {"heads", 8},         {"head_dim", 128}, {"max_len", 512}, {"seq_len", 512}};
  if (variant == "dense+vanilla") keys["reuse_q"] = true;
  keys.update(more);
  return model("t5_base", keys);
}

constexpr double kPrinted = 0.00501;  // the table prints two digits

TEST(ModelCost, Table4HasItsPublishedSizes) {
  EXPECT_NEAR(millions(model("t5_base")), 222.90, kPrinted);
  EXPECT_NEAR(millions(synthesizer("dense")), 224.48, kPrinted);
  EXPECT_NEAR(millions(synthesizer("dense+vanilla")), 243.35, kPrinted);
  EXPECT_NEAR(millions(synthesizer("random")), 254.36, kPrinted);
  EXPECT_NEAR(millions(synthesizer("random+vanilla")), 292.11, kPrinted);
  EXPECT_NEAR(millions(synthesizer("factorized_random", {{"rank", 16}})), 207.17, kPrinted);
}

TEST(ModelCost, WhatTable4RulesOutHasOtherSizes) {
  EXPECT_NEAR(millions(synthesizer("dense", {{"w2", "heads"}})), 235.49, kPrinted);
  EXPECT_NEAR(millions(synthesizer("dense+vanilla", {{"w2", "heads"}})), 254.36, kPrinted);
  EXPECT_NEAR(millions(synthesizer("random", {{"heads", 12}, {"head_dim", 64}})), 270.09, kPrinted);
  EXPECT_NEAR(millions(synthesizer("factorized_random", {{"rank", 8}})), 205.60, kPrinted);
}

TEST(ModelCost, T5IsCountedToTheLastParameter) {
  EXPECT_EQ(model_parameters(model("t5_base")), 222903552) << "the published checkpoint of t5-base";
  EXPECT_EQ(model_parameters(model("t5_small")), 60506624) << "the published checkpoint of t5-small";
}

TEST(ModelCost, OperationsOfThePaperRelateAsPublished) {
  const auto forward = [](const ModelShape& shape) { return static_cast<double>(model_flops(shape, 8).forward); };
  const double base = forward(model("t5_base"));
  EXPECT_NEAR(forward(synthesizer("dense")) / base, 1.025, 0.01);
  EXPECT_NEAR(forward(synthesizer("dense+vanilla")) / base, 1.150, 0.01);
  EXPECT_NEAR(forward(synthesizer("random")) / base, 0.900, 0.01);
  EXPECT_NEAR(forward(synthesizer("random+vanilla")) / base, 1.100, 0.01);
}

TEST(ModelCost, HeadsAndVariantLeaveCrossAttentionAlone) {
  const Json narrow = {{"heads", 2}, {"head_dim", 5}, {"variant", "random"}, {"max_len", 512}};
  const ModelShape changed = model("t5_base", narrow), plain = model("t5_base");
  EXPECT_EQ(changed.cross_attention.heads, 12);
  EXPECT_EQ(changed.cross_attention.head_dim, 64);
  const std::int64_t relative = 2 * kRelativeBuckets * (12 - 2);
  EXPECT_EQ(model_parameters(plain) - model_parameters(changed),
            self_attention_parameters(plain) - self_attention_parameters(changed) + relative);
}

TEST(ModelCost, LanguageModelsAreEmbeddingBlocksAndNorm) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const auto draw = [&](std::int64_t low, std::int64_t high) { return std::uniform_int_distribution(low, high)(random); };
  for (int trial = 0; trial < 20; ++trial) {
    const std::int64_t h = draw(1, 9), e = draw(3, 70), d = draw(5, 300), f = draw(7, 900), n = draw(2, 700), L = draw(1, 9),
                       V = draw(50, 4000);
    const Json keys = {{"heads", h},   {"head_dim", e},     {"d_model", d},    {"model.d_ff", f},
                       {"seq_len", n}, {"model.layers", L}, {"data.vocab", V}, {"model.position", "learned"}};
    const std::int64_t block = 4 * d * h * e + (2 * d * f + f + d) + 2 * 2 * d;
    EXPECT_EQ(model_parameters(model("lm_base", keys)), V * d + n * d + L * block + 2 * d) << keys;
    EXPECT_EQ(model_parameters(model("lra_text", keys)), V * d + n * d + L * block + 2 * d + d * f + f + 2 * f + 2) << keys;
    EXPECT_EQ(model_parameters(model("t2t_base", keys)), V * d + 2 * n * d + 2 * (L * block + 2 * d) + L * (4 * d * 512 + 2 * d))
        << keys << " cross-attention keeps 8 x 64";
  }
}

TEST(ModelCost, OperationsGrowWithTheBatchAndWithTheLayers) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 random(test_seed());
  const std::int64_t batch = std::uniform_int_distribution<std::int64_t>(2, 9)(random);
  const ModelShape one = model("tiny", {{"model.layers", 1}}), two = model("tiny", {{"model.layers", 2}});
  const std::int64_t rows = batch * one.length, d = 128, f = 512, V = one.vocabulary;
  EXPECT_EQ(model_flops(one, batch).forward, batch * model_flops(one, 1).forward);
  const CallShape call{batch, 4, one.length, one.length, 32};
  const Flops attention = layer_flops(one.mixture, one.self_attention, call);
  EXPECT_EQ(model_flops(two, batch).forward - model_flops(one, batch).forward,
            attention.forward + 4 * rows * d * f + 2 * rows * f + rows * d);
  EXPECT_EQ(model_flops(one, batch).backward, attention.backward + 8 * rows * d * f + 2 * rows * f + rows * d + 4 * rows * d * V);
}

TEST(ModelCost, BytesHoldTheParametersAndTheResult) {
  for (const std::string& preset : preset_names()) {
    const ModelShape shape = model(preset);
    const std::int64_t weights = model_parameters(shape);
    const std::int64_t result = shape.architecture == Architecture::classifier ? 0 : 3 * shape.length * shape.vocabulary;
    EXPECT_GT(model_bytes(shape, 3, DType::f32), 4 * (weights * 99 / 100 + result)) << preset;
    EXPECT_GT(model_bytes(shape, 3, DType::f64), model_bytes(shape, 3, DType::f32)) << preset;
  }
}

TEST(ModelCost, EveryPresetIsSomeModel) {
  for (const std::string& preset : preset_names()) {
    EXPECT_GT(model_parameters(model(preset)), 0) << preset;
    EXPECT_GT(model_flops(model(preset), 2).backward, model_flops(model(preset), 2).forward) << preset;
  }
}

}  // namespace
}  // namespace synthbench
