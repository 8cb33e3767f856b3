// The self-attention layer and the autograd node under it.
#include "harness/trunk/self_attention.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "harness/check/golden.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using torch::Tensor;

const std::vector<std::string> kMixtures = {"vanilla",
                                            "random",
                                            "fixed_random",
                                            "local",
                                            "local+random",
                                            "factorized_random",
                                            "dense",
                                            "factorized_dense",
                                            "dense+vanilla",
                                            "random+vanilla",
                                            "dense+factorized_dense+factorized_random+random+vanilla"};

LayerConfig small_layer() {
  LayerConfig c;
  c.heads = 3;
  c.head_dim = 4;
  c.d_model = 10;
  c.max_len = 15;
  c.rank = 5;
  c.window = 3;
  return c;
}

SelfAttention layer_of(const std::string& variant, const LayerConfig& config) {
  return SelfAttention(describe(variant, config), config, Initialiser(test_seed(), torch::kDouble));
}

/// Logits, mask, softmax and product in ATen alone, for autograd's own gradients.
Tensor plain_attention(const std::vector<TermTensors>& terms, const Tensor& value, std::int64_t queries, const AttendOptions& options) {
  const std::int64_t keys = value.size(2);
  Tensor logits = torch::zeros({value.size(0), value.size(1), queries, keys}, value.options());
  for (const TermTensors& t : terms) {
    switch (t.kind) {
      case TermKind::inner: logits = logits + t.scale * torch::matmul(t.lhs, t.rhs.transpose(2, 3)); break;
      case TermKind::tiled: {
        const Tensor j = torch::arange(keys), p = j.remainder(t.lhs.size(3)), q = j.floor_divide(t.lhs.size(3));
        logits = logits + t.scale * t.lhs.index_select(3, p) * t.rhs.index_select(3, q);
        break;
      }
      case TermKind::table: logits = logits + t.scale * t.lhs; break;
    }
  }
  Tensor hidden = torch::zeros({1, 1, queries, keys}, torch::kBool);
  if (options.causal) hidden = hidden | torch::ones({queries, keys}, torch::kBool).triu(1);
  if (options.window > 0) {
    hidden = hidden | ((torch::arange(queries).unsqueeze(1) - torch::arange(keys)).abs() > options.window);
  }
  if (options.key_lengths.defined()) hidden = hidden | (torch::arange(keys) >= options.key_lengths.view({-1, 1, 1, 1}));
  return torch::matmul(torch::softmax(logits.masked_fill(hidden, -1e300), -1), value);
}

struct Sides {
  std::vector<TermTensors> terms;
  Tensor value;
  std::vector<Tensor> leaves;

  Tensor leaf(at::IntArrayRef shape) {
    leaves.push_back(torch::randn(shape, torch::kDouble).requires_grad_());
    return leaves.back();
  }
};

/// One term of each kind and way of sharing.
Sides every_kind_of_side() {
  Sides s;
  s.value = s.leaf({2, 3, 7, 5});
  s.terms = {{TermKind::inner, 0.7, s.leaf({2, 3, 6, 4}), s.leaf({2, 3, 7, 4})},
             {TermKind::inner, 1.3, s.leaf({2, 3, 6, 2}), s.leaf({1, 1, 7, 2})},
             {TermKind::inner, 1.0, s.leaf({1, 3, 6, 3}), s.leaf({1, 3, 7, 3})},
             {TermKind::tiled, 0.5, s.leaf({2, 3, 6, 3}), s.leaf({2, 1, 6, 3})},
             {TermKind::table, 1.0, s.leaf({1, 3, 6, 7}), {}},
             {TermKind::table, 2.0, s.leaf({1, 1, 1, 7}), {}}};
  return s;
}

class Attend : public testing::TestWithParam<std::int64_t> {};  // the window

TEST_P(Attend, GivesEverySideTheGradientThatAutogradFinds) {
  SCOPED_TRACE(seed_trace());
  for (const std::string& name : backends().names()) {
    torch::manual_seed(test_seed());
    Sides s = every_kind_of_side();
    AttendOptions options;
    options.causal = true;
    options.key_lengths = torch::tensor({7, 3}, torch::kInt);
    options.window = GetParam();
    const auto backend = backends().at(name)();
    const Tensor ours = attend(*backend, s.terms, s.value, 6, options), plain = plain_attention(s.terms, s.value, 6, options);
    EXPECT_LT((ours - plain).abs().max().item<double>(), 1e-12) << name;
    const Tensor weight = torch::randn_like(plain);
    const auto got = torch::autograd::grad({ours}, s.leaves, {weight}), wanted = torch::autograd::grad({plain}, s.leaves, {weight});
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].sizes(), s.leaves[i].sizes());
      EXPECT_GT(wanted[i].abs().max().item<double>(), 1e-6);
      EXPECT_LT((got[i] - wanted[i]).abs().max().item<double>(), 1e-11) << name << ", leaf " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Windows, Attend, testing::Values(0, 3), [](const auto& about) { return std::to_string(about.param); });

TEST(AttendOf, ComputesOnlyTheGradientsThatAreWanted) {
  torch::manual_seed(test_seed());
  Sides s = every_kind_of_side();
  for (std::size_t i = 0; i < s.leaves.size(); i += 2) s.leaves[i].set_requires_grad(false);
  const auto backend = backends().at("torch")();
  attend(*backend, s.terms, s.value, 6, {}).sum().backward();
  for (std::size_t i = 0; i < s.leaves.size(); ++i) EXPECT_EQ(s.leaves[i].grad().defined(), i % 2 == 1) << i;
}

TEST(SelfAttention, LocalSeesNoKeyBeyondItsWindow) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  SelfAttention layer = layer_of("local", small_layer());
  for (const std::string& name : backends().names()) {
    const auto backend = backends().at(name)();
    const Tensor x = torch::randn({1, 13, 10}, torch::kDouble);
    Tensor moved = x.clone();
    moved.select(1, 6) += 1.0;
    const Tensor change = (layer->forward(moved, *backend, {}) - layer->forward(x, *backend, {})).abs().amax(2).squeeze(0);
    for (std::int64_t i = 0; i < 13; ++i) EXPECT_EQ(change[i].item<double>() > 0, std::abs(i - 6) <= 3) << name << ", position " << i;
  }
}

TEST(SelfAttention, GivesEveryTrainedParameterAGradient) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  for (const std::string& variant : kMixtures) {
    for (const char* name : {"torch", "eigen"}) {
      SelfAttention layer = layer_of(variant, small_layer());
      const auto backend = backends().at(name)();
      const Tensor x = torch::randn({2, 13, 10}, torch::kDouble);
      layer->forward(x, *backend, {}).pow(2).sum().backward();
      for (const auto& p : layer->named_parameters()) {
        ASSERT_TRUE(p.value().grad().defined()) << variant << " " << p.key();
        EXPECT_GT(p.value().grad().abs().max().item<double>(), 0.0) << variant << " " << p.key() << " on " << name;
      }
    }
  }
}

TEST(SelfAttention, PermutesItsOutputWithTheSamples) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const Tensor x = torch::randn({3, 13, 10}, torch::kDouble), order = torch::tensor({2, 0, 1});
  for (const std::string& variant : kMixtures) {
    SelfAttention layer = layer_of(variant, small_layer());
    const auto backend = backends().at("torch")();
    const Tensor straight = layer->forward(x, *backend, {}).index_select(0, order);
    EXPECT_LT((layer->forward(x.index_select(0, order), *backend, {}) - straight).abs().max().item<double>(), 1e-12) << variant;
  }
}

/// The same tensor with its heads in another order: along the axis of extent H, or in blocks of dh columns.
Tensor with_heads_permuted(const std::string& name, const Tensor& t, const LayerConfig& c, const Tensor& order) {
  const auto blocks = [&](const Tensor& u, std::int64_t axis) {
    return u.unflatten(axis, {c.heads, c.head_dim}).index_select(axis, order).flatten(axis, axis + 1);
  };
  if (name == "w_o") return blocks(t, 0);
  if (name == "w_q" || name == "w_k" || name == "w_v" || name.ends_with(".w1")) return blocks(t, 1);
  if (name.ends_with(".b1")) return blocks(t, 0);
  return t.index_select(0, order);  // tables, w2, b2, alpha: heads first
}

TEST(SelfAttention, DoesNotMixHeads) {  // as reshaping where a transposition is meant would
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const LayerConfig config = small_layer();
  const Tensor x = torch::randn({2, 13, 10}, torch::kDouble), order = torch::tensor({2, 0, 1});
  const auto backend = backends().at("torch")();
  for (const std::string& variant : kMixtures) {
    SelfAttention layer = layer_of(variant, config);
    for (auto& p : layer->parameters()) p.add_(0.3 * torch::randn_like(p));  // no bias and no alpha is zero
    const Tensor before = layer->forward(x, *backend, {});
    for (auto& p : layer->named_parameters()) p.value().copy_(with_heads_permuted(p.key(), p.value().clone(), config, order));
    for (auto& b : layer->named_buffers()) b.value().copy_(with_heads_permuted(b.key(), b.value().clone(), config, order));
    EXPECT_LT((layer->forward(x, *backend, {}) - before).abs().max().item<double>(), 1e-11) << variant;
  }
}

TEST(SelfAttention, OfVanillaPermutesItsOutputWithThePositions) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const Tensor x = torch::randn({2, 13, 10}, torch::kDouble), order = torch::randperm(13);
  SelfAttention layer = layer_of("vanilla", small_layer());
  const auto backend = backends().at("torch")();
  const Tensor straight = layer->forward(x, *backend, {}).index_select(1, order);
  EXPECT_LT((layer->forward(x.index_select(1, order), *backend, {}) - straight).abs().max().item<double>(), 1e-12);
}

TEST(SelfAttention, CountsOnlyRealKeys) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const Tensor x = torch::randn({2, 13, 10}, torch::kDouble);
  AttendOptions options;
  options.key_lengths = torch::tensor({13, 6}, torch::kInt);
  Tensor other = x.clone();
  other.select(0, 1).narrow(0, 6, 7).normal_();
  for (const std::string& variant : kMixtures) {
    SelfAttention layer = layer_of(variant, small_layer());
    const auto backend = backends().at("torch")();
    const Tensor difference = (layer->forward(x, *backend, options) - layer->forward(other, *backend, options)).abs();
    EXPECT_LT(difference.select(0, 0).max().item<double>(), 1e-13) << variant;
    EXPECT_LT(difference.select(0, 1).narrow(0, 0, 6).max().item<double>(), 1e-13) << variant;
  }
}

TEST(SelfAttention, ReadsTheLeadingSliceOfItsTables) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const LayerConfig config = small_layer();
  SelfAttention layer = layer_of("random", config);
  const auto backend = backends().at("torch")();
  layer->forward(torch::randn({2, 9, 10}, torch::kDouble), *backend, {}).pow(2).sum().backward();
  const Tensor grad = layer->named_parameters()["random.r"].grad();
  EXPECT_GT(grad.narrow(1, 0, 9).narrow(2, 0, 9).abs().min().item<double>(), 0.0);
  EXPECT_EQ(grad.narrow(1, 9, 6).abs().max().item<double>(), 0.0);
  EXPECT_EQ(grad.narrow(2, 9, 6).abs().max().item<double>(), 0.0);
}

TEST(SelfAttention, HasOtherHiddenLayersWhereW1SaysSo) {
  torch::manual_seed(test_seed());
  LayerConfig config = small_layer();
  config.d_model = config.heads * config.head_dim;
  for (const W1 w1 : {W1::heads, W1::full, W1::slice}) {
    for (const W2 w2 : {W2::heads, W2::shared}) {
      config.w1 = w1;
      config.w2 = w2;
      SelfAttention layer = layer_of("dense", config);
      const auto backend = backends().at("torch")();
      const Tensor y = layer->forward(torch::randn({2, 13, config.d_model}, torch::kDouble), *backend, {});
      y.pow(2).sum().backward();
      EXPECT_EQ(y.sizes(), (std::vector<std::int64_t>{2, 13, config.d_model}));
      for (const auto& p : layer->named_parameters()) EXPECT_GT(p.value().grad().abs().max().item<double>(), 0.0) << p.key();
    }
  }
}

/// Layer files of a folder of golden vectors on every backend in both dtypes.
void expect_golden_layers(const std::string& folder, std::size_t least) {
  for (const std::string& backend : backends().names()) {
    for (const DType dtype : {DType::f32, DType::f64}) {
      SCOPED_TRACE(backend + " " + std::string(name(dtype)));
      const GoldenReport report = check_golden(folder, backend, dtype, 2);
      EXPECT_EQ(report.errors, std::vector<std::string>());
      std::set<std::string> files;
      for (const GoldenRow& row : report.rows) {
        if (row.skipped()) continue;
        EXPECT_TRUE(row.passed) << row.file << " " << row.tensor << ": " << row.value << " > " << row.bound;
        if (row.tensor == "y") files.insert(row.file);
      }
      EXPECT_GE(files.size(), least);
    }
  }
}

TEST(GoldenLayers, ShippedOnesPassOnEveryBackend) { expect_golden_layers(SYNTHBENCH_SOURCE_DIR "/tests/golden/data", 1); }

TEST(GoldenLayers, AllOfThemPassOnEveryBackend) {
  const std::string folder = SYNTHBENCH_SOURCE_DIR "/../shared/golden/layer";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "the golden vectors are not beside the repository (../shared/golden)";
  expect_golden_layers(folder, 29);
}

}  // namespace
}  // namespace synthbench
