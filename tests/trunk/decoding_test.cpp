// Decoding a few positions at a time gives the rows of the whole causal forward, and keeps nothing that no term reads.
#include <gtest/gtest.h>

#include "ablations/keys.h"
#include "harness/base/error.h"
#include "harness/trunk/layer.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using torch::Tensor;

LayerConfig small_layer() {
  LayerConfig c;
  c.heads = 3;
  c.head_dim = 4;
  c.d_model = 12;
  c.max_len = 21;
  c.rank = 5;
  c.window = 3;
  return c;
}

std::shared_ptr<Layer> layer_of(const std::string& variant, const LayerConfig& config) {
  auto layer = make_layer({variant, config, Initialiser(test_seed(), torch::kDouble)});
  const torch::NoGradGuard no_grad;
  for (auto& p : layer->parameters()) p.add_(0.3 * torch::randn_like(p));  // no bias and no alpha is zero
  return layer;
}

/// Decodes x in pieces of 1, 4, 1, 4 ... positions.
Tensor decoded(Layer& layer, AttentionBackend& backend, const Tensor& x, DecodeCache& cache) {
  std::vector<Tensor> rows;
  for (std::int64_t at = 0, piece = 1; at < x.size(1); at += piece) {
    piece = rows.size() % 2 == 0 ? 1 : std::min<std::int64_t>(4, x.size(1) - at);
    rows.push_back(layer.extend(x.narrow(1, at, piece), cache, backend, {}));
  }
  return torch::cat(rows, 1);
}

void expect_rows_of_the_forward(const std::string& variant, const LayerConfig& config) {
  const torch::NoGradGuard no_grad;
  const auto layer = layer_of(variant, config);
  const Tensor x = torch::randn({2, 19, config.d_model}, torch::kDouble);
  AttendOptions causal;
  causal.causal = true;
  for (const std::string& name : backends().names()) {
    if (refusal(variant, name)) continue;
    const auto backend = backends().at(name)();
    DecodeCache cache;
    const Tensor whole = layer->forward(x, *backend, causal);
    const Tensor pieces = decoded(*layer, *backend, x, cache);
    EXPECT_LT((pieces - whole).abs().max().item<double>(), 1e-11 * whole.abs().max().item<double>()) << variant << " on " << name;
    EXPECT_EQ(cache.length, 19);
  }
}

std::vector<std::string> variants_with_a_causal_form() {
  std::vector<std::string> names;
  for (const auto& [name, variant] : variants()) {
    const LogitSpec spec = variant.spec(small_layer());
    if (!spec.whole || spec.whole->causal_form) names.push_back(name);
  }
  for (const char* sum :
       {"random+vanilla", "dense+vanilla", "local+random", "dense+factorized_dense+factorized_random+fixed_random+vanilla"}) {
    names.emplace_back(sum);
  }
  return names;
}

TEST(Decoding, GivesTheRowsOfTheForwardForEveryVariant) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  for (const std::string& variant : variants_with_a_causal_form()) expect_rows_of_the_forward(variant, small_layer());
}

TEST(Decoding, GivesTheRowsOfTheForwardForEverySynthesizingFunction) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  for (const std::string& word : key_at("synthesizer").words) {
    for (const W1 w1 : {W1::heads, W1::full, W1::slice}) {
      LayerConfig config = small_layer();
      config.synthesizer = synthesizer_named(word);
      config.w1 = w1;
      SCOPED_TRACE(word);
      expect_rows_of_the_forward("dense+random", config);
    }
  }
  LayerConfig config = small_layer();
  config.reuse_q = true;
  expect_rows_of_the_forward("dense+vanilla", config);
}

TEST(Decoding, KeepsKeysOnlyWhereATermReadsThem) {
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const auto backend = backends().at("torch")();
  const Tensor x = torch::randn({2, 19, 12}, torch::kDouble);
  for (const auto& [variant, keeps_keys] : {std::pair{"random", false},
                                            {"fixed_random", false},
                                            {"factorized_random", false},
                                            {"dense", false},
                                            {"factorized_dense", false},
                                            {"dense+random", false},
                                            {"vanilla", true},
                                            {"local", true},
                                            {"random+vanilla", true}}) {
    DecodeCache cache;
    decoded(*layer_of(variant, small_layer()), *backend, x, cache);
    EXPECT_EQ(cache.key.defined(), keeps_keys) << variant;
    EXPECT_EQ(cache.value.sizes(), (std::vector<std::int64_t>{2, 3, 19, 4})) << variant;
    EXPECT_FALSE(cache.tail.defined()) << variant;
  }
  DecodeCache cache;
  decoded(*layer_of("lightconv", small_layer()), *backend, x, cache);
  EXPECT_FALSE(cache.key.defined() || cache.value.defined()) << "eight inputs are all that a kernel of nine reads";
  EXPECT_EQ(cache.tail.sizes(), (std::vector<std::int64_t>{2, 8, 12}));
}

TEST(Decoding, EndsAtMaxLenAndNeedsACausalForm) {
  const auto backend = backends().at("torch")();
  const Tensor x = torch::randn({1, 11, 12}, torch::kDouble);
  DecodeCache cache;
  const auto layer = layer_of("random", small_layer());
  layer->extend(x, cache, *backend, {});
  EXPECT_THROW(layer->extend(x, cache, *backend, {}), UserError) << "22 positions of 21";
  for (const char* variant : {"linformer", "mlp_mixer"}) {
    DecodeCache none;
    EXPECT_THROW(layer_of(variant, small_layer())->extend(x, none, *backend, {}), UserError) << variant;
  }
}

}  // namespace
}  // namespace synthbench
