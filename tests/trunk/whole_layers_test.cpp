// Layers that are no sum of attention terms: the modules against plain loops in float64, what they may see, what they refuse.
#include <gtest/gtest.h>

#include <algorithm>

#include "ablations/cost.h"
#include "backends/core/accuracy.h"
#include "harness/base/error.h"
#include "harness/check/golden.h"
#include "harness/check/plain_layer.h"
#include "harness/trunk/language_model.h"
#include "harness/trunk/layer.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using torch::Tensor;

const std::vector<std::string> kLayers = {"dynconv", "lightconv", "linformer", "mlp_mixer"};

LayerConfig small_layer() {
  LayerConfig c;
  c.heads = 3;
  c.head_dim = 4;
  c.d_model = 10;  // three groups of channels that are not equally large
  c.max_len = 15;
  c.rank = 5;
  return c;
}

std::shared_ptr<Layer> layer_of(const std::string& variant, const LayerConfig& config, torch::ScalarType dtype = torch::kDouble) {
  auto layer = make_layer({variant, config, Initialiser(test_seed(), dtype)});
  const torch::NoGradGuard no_grad;
  for (auto& p : layer->parameters()) p.add_(0.3 * torch::randn_like(p));  // no bias is zero
  return layer;
}

bool has_causal_form(const std::string& variant) { return whole_layer(describe(variant, small_layer()))->causal_form; }
bool knows_padding(const std::string& variant) { return whole_layer(describe(variant, small_layer()))->padding; }

PlainLayerCase::Numbers numbers_of(const Tensor& t) {
  const Tensor flat = t.detach().to(torch::kDouble).contiguous().flatten();
  const std::int64_t cols = t.size(t.dim() - 1);
  return {t.numel() / cols, cols, {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()}};
}

/// Error of every tensor of one run, against the loops in float64; the yardstick's own with it.
struct Compared {
  double error = 0, bound = 0;
};
std::map<std::string, Compared> compare(const std::string& variant, const LayerConfig& config, const AttendOptions& options,
                                        const std::string& backend_name, torch::ScalarType dtype) {
  const auto layer = layer_of(variant, config, dtype);
  const auto backend = backends().at(backend_name)();
  const Tensor x = torch::randn({2, 13, config.d_model}, torch::kDouble).to(dtype).requires_grad_();
  const Tensor grad_y = torch::randn({2, 13, config.d_model}, torch::kDouble).to(dtype);
  PlainLayerCase plain;
  plain.batch = 2;
  plain.length = 13;
  plain.heads = config.heads;
  plain.head_dim = config.head_dim;
  plain.causal = options.causal;
  plain.dropout = options.dropout;
  if (const Tensor& lengths = options.key_lengths; lengths.defined()) {
    plain.key_lengths = {lengths.data_ptr<std::int32_t>(), lengths.data_ptr<std::int32_t>() + 2};
  }
  plain.numbers = {{"x", numbers_of(x)}, {"grad_y", numbers_of(grad_y)}};
  for (const auto& p : layer->named_parameters()) plain.numbers[p.key()] = numbers_of(p.value());

  const Tensor y = layer->forward(x, *backend, options);
  y.backward(grad_y);
  PlainLayerResult got = {{"y", numbers_of(y).values}, {"grad.x", numbers_of(x.grad()).values}};
  for (const auto& p : layer->named_parameters()) got["grad." + p.key()] = numbers_of(p.value().grad()).values;

  const PlainLayerResult truth = plain_layers().at(variant).f64(plain), yardstick = plain_layers().at(variant).f32(plain);
  EXPECT_EQ(truth.size(), got.size()) << variant;
  std::map<std::string, Compared> out;
  const DType type = dtype == torch::kDouble ? DType::f64 : DType::f32;
  for (const auto& [name, exact] : truth) {
    out[name] = {error_norm(got.at(name), exact), error_bound(type, exact, error_norm(yardstick.at(name), exact), 0.0)};
  }
  return out;
}

TEST(WholeLayers, AreTheirFormulasInPlainLoopsGradientsIncluded) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  for (const std::string& variant : kLayers) {
    for (const bool causal : {false, true}) {
      for (const bool padded : {false, true}) {
        for (const bool bias : {false, true}) {
          if ((causal && !has_causal_form(variant)) || (padded && !knows_padding(variant))) continue;
          AttendOptions options;
          options.causal = causal;
          if (padded) options.key_lengths = torch::tensor({13, 6}, torch::kInt);
          LayerConfig config = small_layer();
          config.dense_bias = bias;
          for (const auto dtype : {torch::kDouble, torch::kFloat}) {
            for (const auto& [tensor, found] : compare(variant, config, options, "torch", dtype)) {
              EXPECT_LE(found.error, found.bound) << variant << " " << tensor << (causal ? " causal" : "") << (padded ? " padded" : "");
            }
          }
        }
      }
    }
  }
}

TEST(WholeLayers, LinformerAttendsOnEveryBackendWithTheSameDropout) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  AttendOptions options;
  options.dropout = {0.3, test_seed()};
  for (const std::string& backend : backends().names()) {
    for (const auto& [tensor, found] : compare("linformer", small_layer(), options, backend, torch::kDouble)) {
      EXPECT_LE(found.error, found.bound) << backend << " " << tensor;
    }
  }
}

TEST(WholeLayers, HaveTheParametersThatCostCounts) {
  for (const std::string& variant : kLayers) {
    for (const bool bias : {false, true}) {
      LayerConfig config = small_layer();
      config.dense_bias = bias;
      std::int64_t count = 0;
      for (const Tensor& p : make_layer({variant, config, Initialiser(1, torch::kFloat)})->parameters()) count += p.numel();
      EXPECT_EQ(count, layer_parameters(describe(variant, config), config)) << variant;
    }
  }
}

TEST(WholeLayers, SeeNothingThatIsLaterOrPadded) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const auto backend = backends().at("torch")();
  const Tensor x = torch::randn({2, 13, 10}, torch::kDouble);
  for (const std::string& variant : kLayers) {
    const auto layer = layer_of(variant, small_layer());
    AttendOptions causal, padded;
    causal.causal = true;
    padded.key_lengths = torch::tensor({13, 6}, torch::kInt);
    if (has_causal_form(variant)) {
      Tensor moved = x.clone();
      moved.select(1, 7) += 1.0;
      const Tensor change = (layer->forward(moved, *backend, causal) - layer->forward(x, *backend, causal)).abs().amax({0, 2});
      EXPECT_EQ(change.narrow(0, 0, 7).max().item<double>(), 0.0) << variant;
      EXPECT_GT(change[7].item<double>(), 1e-6) << variant;
    }
    if (knows_padding(variant)) {
      Tensor other = x.clone();
      other.select(0, 1).narrow(0, 6, 7).fill_(std::numeric_limits<double>::quiet_NaN());
      const Tensor change = (layer->forward(other, *backend, padded) - layer->forward(x, *backend, padded)).abs();
      EXPECT_EQ(change.select(0, 0).max().item<double>(), 0.0) << variant;
      if (variant != "linformer") {  // there a padded query gives NaN in its own row alone
        EXPECT_EQ(change.select(0, 1).narrow(0, 0, 6).max().item<double>(), 0.0) << variant;
      }
    }
  }
}

TEST(WholeLayers, RefuseMasksTheyHaveNoFormForWithAReason) {
  const auto backend = backends().at("torch")();
  const Tensor x = torch::randn({2, 13, 10}, torch::kDouble);
  AttendOptions causal, padded;
  causal.causal = true;
  padded.key_lengths = torch::tensor({13, 6}, torch::kInt);
  const auto reason = [&](const std::string& variant, const AttendOptions& options) {
    return make_layer({variant, small_layer(), Initialiser(1, torch::kDouble)})->choose(x, *backend, options).reason.value_or("none");
  };
  EXPECT_EQ(reason("linformer", causal), "linformer mixes all positions and has no causal form");
  EXPECT_EQ(reason("mlp_mixer", causal), "mlp_mixer mixes all positions and has no causal form");
  EXPECT_EQ(reason("mlp_mixer", padded), "mlp_mixer mixes all positions and cannot leave padded ones out");
  EXPECT_EQ(reason("linformer", padded), "none");
  for (const char* variant : {"lightconv", "dynconv"}) {
    EXPECT_EQ(reason(variant, causal), "none");
    EXPECT_EQ(reason(variant, padded), "none");
  }
  const auto mixer = make_layer({"mlp_mixer", small_layer(), Initialiser(1, torch::kDouble)});
  EXPECT_THROW(mixer->forward(x, *backend, causal), UserError);
  EXPECT_THROW(mixer->forward(torch::randn({1, 16, 10}, torch::kDouble), *backend, {}), UserError) << "longer than max_len";
}

TEST(WholeLayers, OfAMixerHaveTheOnlyNormAndResidualInFrontOfTheFeedForward) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  ModelConfig config;
  config.variant = "mlp_mixer";
  config.layer = small_layer();
  config.vocabulary = 11;
  config.max_positions = 15;
  config.layers = 1;
  config.d_ff = 12;
  LanguageModel model(config, Initialiser(test_seed(), torch::kDouble));
  const auto parameters = model->named_parameters();
  EXPECT_FALSE(parameters.contains("blocks.0.attention_norm.weight"));
  EXPECT_TRUE(parameters.contains("blocks.0.attention.ln_weight"));
  parameters["blocks.0.feed_forward.w_out"].zero_();
  const Tensor tokens = torch::randint(11, {2, 13}, torch::kLong);
  const auto backend = backends().at("torch")();
  Pass pass;
  pass.backend = backend.get();
  pass.causal = false;
  const auto layer = make_layer({"mlp_mixer", config.layer, Initialiser(test_seed(), torch::kDouble), "blocks.0.attention."});
  const Tensor in = torch::embedding(parameters["embedding"], tokens) * std::sqrt(10.0) + parameters["positions"].narrow(0, 0, 13);
  const Tensor mixed = torch::layer_norm(layer->forward(in, *backend, {}), {10}, {}, {}, 1e-6);
  const Tensor wanted = torch::matmul(mixed, parameters["embedding"].t());
  EXPECT_LT((model->forward(tokens, pass) - wanted).abs().max().item<double>(), 1e-11);
}

}  // namespace
}  // namespace synthbench
