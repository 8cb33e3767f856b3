// The synthesizing functions of dense against compositions written out position by position in float64, gradients included.
#include <gtest/gtest.h>

#include "ablations/keys.h"
#include "harness/trunk/self_attention.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using torch::Tensor;

constexpr std::int64_t kLength = 9;

LayerConfig layer_with(const std::string& synthesizer, W1 w1 = W1::heads, bool bias = true) {
  LayerConfig c;
  c.heads = 3;
  c.head_dim = 4;
  c.d_model = 12;
  c.max_len = 11;
  c.w1 = w1;
  c.dense_bias = bias;
  c.synthesizer = synthesizer_named(synthesizer);
  return c;
}

SelfAttention layer_of(const LayerConfig& config, const std::string& variant = "dense") {
  SelfAttention layer(describe(variant, config), config, Initialiser(test_seed(), torch::kDouble));
  const torch::NoGradGuard no_grad;
  for (auto& p : layer->parameters()) p.add_(0.3 * torch::randn_like(p));  // no bias is zero
  return layer;
}

/// One layer of one sample, (N,E) -> (N,E), as the formulas read.
class Composition {
 public:
  Composition(const LayerConfig& config, std::string synthesizer, std::map<std::string, Tensor> weights, bool causal, std::int64_t real)
      : c_(config), f_(std::move(synthesizer)), w_(std::move(weights)), causal_(causal), real_(real) {}

  Tensor operator()(const Tensor& x) const {
    std::vector<Tensor> heads;
    for (std::int64_t h = 0; h < c_.heads; ++h) {
      Tensor logits = rows(hidden(x, h), second_width(), [&](const Tensor& row, std::int64_t tap, std::int64_t taps) {
        const Tensor w2 = w_.at("w2")[h];  // (taps*width, Nmax), tap by tap
        return torch::matmul(row, w2.chunk(taps, 0)[static_cast<std::size_t>(tap)]);
      });
      if (c_.dense_bias) logits = logits + w_.at("b2")[h];
      logits = logits.narrow(1, 0, kLength);
      Tensor hidden_keys = torch::arange(kLength) >= real_;
      if (causal_) hidden_keys = hidden_keys | torch::ones({kLength, kLength}, torch::kBool).triu(1);
      const Tensor value = columns(torch::matmul(x, w_.at("w_v")), h);
      heads.push_back(torch::matmul(torch::softmax(logits.masked_fill(hidden_keys, -1e300), 1), value));
    }
    return torch::matmul(torch::cat(heads, 1), w_.at("w_o"));
  }

 private:
  Tensor columns(const Tensor& t, std::int64_t h) const { return t.narrow(-1, h * (t.size(-1) / c_.heads), t.size(-1) / c_.heads); }
  bool is(const char* word) const { return f_ == word; }
  bool starts(const char* word) const { return f_.starts_with(word); }

  std::int64_t first_width() const {
    if (is("conv_relu_conv5")) return 5;
    return starts("conv") || is("bottleneck_conv_relu_conv") ? 3 : 1;
  }
  std::int64_t second_width() const {
    if (is("conv_relu_conv5") || is("conv_relu_conv35")) return 5;
    return is("conv_relu_conv3") || is("bottleneck_conv_relu_conv") ? 3 : 1;
  }

  /// Row i is the sum over taps of map(row i + tap - pad of t); rows beyond the real ones and before the first are left out.
  template <typename Map>
  Tensor rows(const Tensor& t, std::int64_t taps, const Map& map) const {
    std::vector<Tensor> out;
    const std::int64_t pad = causal_ ? taps - 1 : (taps - 1) / 2;
    for (std::int64_t i = 0; i < kLength; ++i) {
      Tensor sum = 0.0 * map(t[i], 0, taps);
      for (std::int64_t tap = 0; tap < taps; ++tap) {
        const std::int64_t from = i + tap - pad;
        const bool there = taps == 1 || (from >= 0 && from < real_);  // without a convolution every position stands for itself
        if (there) sum = sum + map(t[from], tap, taps);
      }
      out.push_back(sum);
    }
    return torch::stack(out);
  }

  Tensor first_layer(const Tensor& x, std::int64_t h, const char* weight, const char* bias) const {
    Tensor out = rows(x, first_width(), [&](const Tensor& row, std::int64_t tap, std::int64_t taps) {
      const Tensor w = c_.w1 == W1::heads ? columns(w_.at(weight), h) : w_.at(weight)[h];
      return torch::matmul(c_.w1 == W1::slice ? columns(row, h) : row, w.chunk(taps, 0)[static_cast<std::size_t>(tap)]);
    });
    return c_.dense_bias ? out + columns(w_.at(bias), h) : out;
  }

  Tensor hidden(const Tensor& x, std::int64_t h) const {
    Tensor in = x;
    if (starts("bottleneck")) {
      in = torch::matmul(x, w_.at("w_down"));
      if (c_.dense_bias) in = in + w_.at("b_down");
      in = torch::matmul(in.clamp_min(0), w_.at("w_up"));
      if (c_.dense_bias) in = in + w_.at("b_up");
    }
    const Tensor first = first_layer(in, h, "w1", "b1");
    if (is("linear") || is("conv3")) return first;
    if (is("glu")) return first / (1 + torch::exp(-first_layer(in, h, "v1", "c1")));
    return first.clamp_min(0);
  }

  LayerConfig c_;
  std::string f_;
  std::map<std::string, Tensor> w_;
  bool causal_;
  std::int64_t real_;
};

std::vector<std::string> synthesizers() { return key_at("synthesizer").words; }

class Synthesizers : public testing::TestWithParam<std::string> {};

TEST_P(Synthesizers, AreTheirFormulasGradientsIncluded) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  for (const auto& [w1, bias] : {std::pair{W1::heads, true}, {W1::heads, false}, {W1::full, true}, {W1::slice, true}}) {
    for (const bool causal : {false, true}) {
      const LayerConfig config = layer_with(GetParam(), w1, bias);
      SelfAttention layer = layer_of(config);
      std::map<std::string, Tensor> weights;
      std::vector<Tensor> leaves;
      for (const auto& p : layer->named_parameters()) {
        weights[p.key().substr(p.key().rfind('.') + 1)] = p.value();
        leaves.push_back(p.value());
      }
      const Tensor x = torch::randn({2, kLength, config.d_model}, torch::kDouble).requires_grad_();
      leaves.push_back(x);
      AttendOptions options;
      options.causal = causal;
      options.key_lengths = torch::tensor({kLength, std::int64_t{5}}, torch::kInt);
      const Tensor wanted = torch::stack(
          {Composition(config, GetParam(), weights, causal, kLength)(x[0]), Composition(config, GetParam(), weights, causal, 5)(x[1])});
      const Tensor weight = torch::randn_like(wanted);
      const auto truth = torch::autograd::grad({wanted}, leaves, {weight});
      for (const char* name : {"torch", "eigen"}) {
        const auto backend = backends().at(name)();
        const Tensor y = layer->forward(x, *backend, options);
        EXPECT_LT((y - wanted).norm().item<double>(), 1e-12 * wanted.norm().item<double>()) << name;
        const auto got = torch::autograd::grad({y}, leaves, {weight});
        for (std::size_t k = 0; k < leaves.size(); ++k) {
          const double size = truth[k].norm().item<double>();
          EXPECT_GT(size, 1e-6) << name << ", leaf " << k;
          EXPECT_LT((got[k] - truth[k]).norm().item<double>(), 1e-10 * size) << name << ", leaf " << k;
        }
      }
    }
  }
}

TEST_P(Synthesizers, SeeNothingThatIsLaterOrPadded) {
  SCOPED_TRACE(seed_trace());
  torch::manual_seed(test_seed());
  const torch::NoGradGuard no_grad;
  const auto backend = backends().at("torch")();
  for (const std::string variant : {"dense", "dense+vanilla", "dense+random"}) {
    SelfAttention layer = layer_of(layer_with(GetParam()), variant);
    const Tensor x = torch::randn({2, kLength, 12}, torch::kDouble);
    AttendOptions causal, padded;
    causal.causal = true;
    padded.key_lengths = torch::tensor({kLength, std::int64_t{5}}, torch::kInt);
    Tensor moved = x.clone(), other = x.clone();
    moved.select(1, 6) += 1.0;
    const Tensor change = (layer->forward(moved, *backend, causal) - layer->forward(x, *backend, causal)).abs().amax({0, 2});
    EXPECT_EQ(change.narrow(0, 0, 6).max().item<double>(), 0.0) << variant;
    EXPECT_GT(change[6].item<double>(), 1e-6) << variant;
    other.select(0, 1).narrow(0, 5, 4) += 1.0;
    const Tensor difference = (layer->forward(other, *backend, padded) - layer->forward(x, *backend, padded)).abs();
    EXPECT_LT(difference.select(0, 1).narrow(0, 0, 5).max().item<double>(), 1e-13) << variant;
  }
}

INSTANTIATE_TEST_SUITE_P(All, Synthesizers, testing::ValuesIn(synthesizers()));

}  // namespace
}  // namespace synthbench
