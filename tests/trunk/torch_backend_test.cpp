// torch and torch_eager against the float64 oracle: every variant and some mixtures, masks, odd sizes, sharing, dropout.
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>

#include "ablations/problem.h"
#include "backends/core/dropout.h"
#include "backends/torch/process.h"
#include "backends/torch/tensors.h"
#include "harness/check/plain.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

TEST(TorchProcess, FreedTensorsBecomeOneBlockAgain) {
  aten::prepare_process();
  ::mallopt(M_MMAP_MAX, 0);  // as a process that keeps what it frees
  ::mallopt(M_TRIM_THRESHOLD, -1);
  const auto make_and_free = [] {
    const at::Tensor large = at::ones({1 << 22});
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(large.data_ptr()) % 64, 0u);
    EXPECT_EQ(large.sum().item<float>(), 1 << 22);
  };
  make_and_free();
  const void* const end_of_heap = ::sbrk(0);
  for (int call = 0; call < 20; ++call) make_and_free();
  EXPECT_EQ(::sbrk(0), end_of_heap);
}

/// Logits (64,5) whose first four keys, those that lse is read from if it can be, are hardly seen: 1e-6 of a row, or so much that what the
/// two sides of S - log P have in common would cancel the digits of a small lse.
std::vector<float> faint_logits(float first) {
  std::vector<float> logits;
  for (int row = 0; row < 64; ++row) {
    const float faint = first + 0.03125f * static_cast<float>(row);
    logits.insert(logits.end(), {faint, faint - 0.5f, faint - 0.25f, faint - 1, 0.003f * static_cast<float>(row)});
  }
  return logits;
}

/// scale 1: the logits are the caller's memory, nowhere written; else LibTorch's own, which the folded kernel writes P over.
TEST(TorchProcess, LogSumExpKeepsItsDigitsWhereTheFirstKeysAreFaint) {
  const auto view = [](std::vector<float>& memory, const Axes& shape) {
    View v;
    v.shape = shape;
    v.stride = dense_strides(shape);
    v.data = memory.data();
    return v;
  };
  for (const float first : {-13.75f, -10.5f}) {
    for (const float scale : {1.0f, 0.5f}) {
      for (const char* name : {"torch", "torch_eager"}) {
        const std::vector<float> logits = faint_logits(first);
        std::vector<float> table, value(5 * 8, 1), out(64 * 8), lse(64);
        for (const float logit : logits) table.push_back(logit / scale);
        const std::vector<float> before = table;
        const std::vector<LogitTerm> terms = {{.kind = TermKind::table, .scale = scale, .lhs = view(table, {1, 1, 64, 5}), .rhs = {}}};
        AttentionCall call;
        call.terms = terms;
        call.value = view(value, {1, 1, 5, 8});
        backends().at(name)()->forward(call, {view(out, {1, 1, 64, 8}), view(lse, {1, 1, 64, 1})});
        EXPECT_EQ(table, before) << name;
        double error = 0, norm = 0;
        for (std::size_t row = 0; row < 64; ++row) {
          double sum = 0;
          for (std::size_t key = 0; key < 5; ++key) sum += std::exp(static_cast<double>(logits[5 * row + key]));
          error += std::pow(lse[row] - std::log(sum), 2);
          norm += std::pow(std::log(sum), 2);
        }
        EXPECT_LT(std::sqrt(error / norm), 1e-6) << name << " first " << first << " scale " << scale;
        for (const float one : out) EXPECT_NEAR(one, 1, 1e-6) << name;
      }
    }
  }
}

struct MaskCase {
  const char* name;
  bool causal;
  std::int64_t query_offset;
  std::vector<std::int32_t> lengths;  ///< of three samples
};
const std::vector<MaskCase>& masks() {
  static const std::vector<MaskCase> all = {{"none", false, 0, {}},
                                            {"causal", true, 0, {}},
                                            {"causal_at_5", true, 5, {}},
                                            {"causal_before_0", true, -3, {}},
                                            {"lengths", false, 0, {33, 5, 0}},
                                            {"causal_lengths", true, 0, {1, 33, 12}}};
  return all;
}

LayerConfig layer_of_width(std::int64_t head_dim) {
  LayerConfig c;
  c.heads = 3;
  c.head_dim = head_dim;
  c.d_model = c.heads * head_dim;
  c.max_len = 39;
  c.rank = 7;
  c.window = 6;
  return c;
}

ProblemOptions options_of(DType dtype, bool causal) {
  ProblemOptions options;
  options.dtype = dtype;
  options.seed = test_seed();
  options.causal = causal;
  return options;
}

void run(AttentionBackend& backend, Problem& problem) {
  problem.poison_outputs();
  backend.forward(problem.call(), problem.outputs());
  backend.backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
}

double error_of(const std::vector<double>& got, const std::vector<double>& truth) {
  double difference = 0, norm = 0;
  for (std::size_t k = 0; k < truth.size(); ++k) {
    if (std::isinf(truth[k])) {
      if (got[k] != truth[k]) return std::numeric_limits<double>::infinity();
      continue;
    }
    difference += (got[k] - truth[k]) * (got[k] - truth[k]);
    norm += truth[k] * truth[k];
  }
  return norm > 0 ? std::sqrt(difference / norm) : std::sqrt(difference);
}

void expect_like_the_oracle(AttentionBackend& backend, const Problem& made) {
  Problem problem = made.as(made.options().dtype), plain = made.as(made.options().dtype), truth = made.as(DType::f64);
  run(backend, problem);
  run(*plain_composition(), plain);
  run(*backends().at("reference")(), truth);
  const bool exact = problem.options().dtype == DType::f64;
  for (const std::string& tensor : problem.results()) {
    const double error = error_of(problem.read(tensor), truth.read(tensor));
    const double bound =
        exact ? 1e-10 : 2 * error_of(plain.read(tensor), truth.read(tensor)) + std::max(1e-6, 0x1p-23 * largest_logit(problem.call()));
    EXPECT_LE(error, bound) << tensor;
  }
  EXPECT_TRUE(problem.guards_intact());
}

using Case = std::tuple<std::string, std::string, DType>;
class TorchBackends : public testing::TestWithParam<Case> {};

TEST_P(TorchBackends, MatchTheOracleForwardAndBackward) {
  const auto& [backend_name, variant, dtype] = GetParam();
  SCOPED_TRACE(seed_trace());
  const auto backend = backends().at(backend_name)();
  const LayerConfig config = layer_of_width(5);
  for (const MaskCase& mask : masks()) {
    for (const std::int64_t queries : {std::int64_t{33}, std::int64_t{7}}) {
      SCOPED_TRACE(std::string("mask ") + mask.name + ", " + std::to_string(queries) + " queries");
      ProblemOptions options = options_of(dtype, mask.causal);
      options.query_offset = mask.query_offset;
      options.key_lengths = mask.lengths;
      expect_like_the_oracle(*backend, Problem(describe(variant, config), {3, config.heads, queries, 33, 5}, options));
    }
  }
}

/// One thread folds head by head, two whole calls; causal calls go by blocks of rows. 521 is above all sizes where that begins.
TEST(TorchParts, LargeCallsMatchTheOracle) {
  SCOPED_TRACE(seed_trace());
  const auto backend = backends().at("torch")();
  LayerConfig config = layer_of_width(5);
  config.max_len = 521;
  const MaskCase masks[] = {
      {"none", false, 0, {}}, {"causal", true, 0, {}}, {"causal_before_0", true, -100, {}}, {"causal_lengths", true, 0, {521, 0, 77}}};
  std::set<std::string> kernels;
  for (const char* variant : {"fixed_random", "factorized_random+random", "factorized_dense", "random+vanilla"}) {
    for (const MaskCase& mask : masks) {
      for (const int threads : {1, 2}) {
        SCOPED_TRACE(std::string(variant) + ", mask " + mask.name + ", " + std::to_string(threads) + " threads");
        ProblemOptions options = options_of(mask.causal ? DType::f32 : DType::f64, mask.causal);
        options.query_offset = mask.query_offset;
        options.key_lengths = mask.lengths;
        options.threads = threads;
        const Problem problem(describe(variant, config), {3, config.heads, 521, 521, 5}, options);
        kernels.insert(std::string(mask.causal ? "causal " : "") + backend->choose(problem.call()).kernel);
        expect_like_the_oracle(*backend, problem);
      }
    }
  }
  EXPECT_EQ(kernels, (std::set<std::string>{"causal eager_by_rows", "causal folded", "causal folded_by_head", "causal sdpa_bias", "eager",
                                            "folded", "folded_by_head", "sdpa_bias"}));
}

TEST_P(TorchBackends, DropTheEntriesThatTheSharedHashNames) {
  const auto& [backend_name, variant, dtype] = GetParam();
  SCOPED_TRACE(seed_trace());
  const auto backend = backends().at(backend_name)();
  const LayerConfig config = layer_of_width(8);
  ProblemOptions options = options_of(dtype, true);
  options.dropout = {0.3, test_seed() + 1};
  expect_like_the_oracle(*backend, Problem(describe(variant, config), {2, config.heads, 17, 17, 8}, options));
}

TEST(Dropout, TensorOperationsCountTheSameEntries) {
  SCOPED_TRACE(seed_trace());
  const CallShape shape{2, 3, 7, 33, 8};
  for (const double rate : {0.1, 0.5}) {
    const Dropout dropout{rate, test_seed() * 0x9E3779B97F4A7C15ull};
    const at::Tensor factors = aten::device_dropout_factors(shape, dropout, at::kCPU).contiguous();
    ASSERT_EQ(factors.sizes().vec(), (std::vector<std::int64_t>{2, 3, 7, 33}));
    const double* next = factors.const_data_ptr<double>();
    for (std::uint64_t b = 0; b < 2; ++b) {
      for (std::uint64_t h = 0; h < 3; ++h) {
        for (std::uint64_t i = 0; i < 7; ++i) {
          for (std::uint64_t j = 0; j < 33; ++j) ASSERT_EQ(*next++, dropout_factor(rate, dropout.seed, b, h, i, j));
        }
      }
    }
  }
}

TEST_P(TorchBackends, GiveTheSameBitsTwice) {
  const auto& [backend_name, variant, dtype] = GetParam();
  SCOPED_TRACE(seed_trace());
  const auto backend = backends().at(backend_name)();
  const LayerConfig config = layer_of_width(16);
  ProblemOptions options = options_of(dtype, true);
  options.threads = 2;
  Problem once(describe(variant, config), {2, config.heads, 39, 39, 16}, options);
  Problem again = once.as(dtype);
  run(*backend, once);
  run(*backend, again);
  for (const std::string& tensor : once.results()) EXPECT_EQ(once.read(tensor), again.read(tensor)) << tensor;
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  std::string text = std::get<0>(info.param) + "_" + std::get<1>(info.param) + "_" + std::string(name(std::get<2>(info.param)));
  for (char& c : text) {
    if (c == '+') c = '_';
  }
  return text;
}

INSTANTIATE_TEST_SUITE_P(All, TorchBackends,
                         testing::Combine(testing::Values("torch", "torch_eager"),
                                          testing::Values("vanilla", "random", "fixed_random", "factorized_random", "dense",
                                                          "factorized_dense", "dense+vanilla", "random+vanilla", "factorized_random+random",
                                                          "fixed_random+vanilla",
                                                          "dense+factorized_dense+factorized_random+random+vanilla"),
                                          testing::Values(DType::f32, DType::f64)),
                         name_of);

struct Picked {
  const char* variant;
  std::int64_t batch;
  const char* kernel;
  std::int64_t length = 9;
  int threads = 1;
  bool causal = false;
};

TEST(TorchChoice, TakesTheCompositionThatFitsTheCall) {
  const auto backend = backends().at("torch")();
  const std::vector<Picked> wanted = {{"vanilla", 2, "sdpa"},
                                      {"dense", 2, "sdpa"},
                                      {"dense+vanilla", 2, "sdpa"},
                                      {"random", 2, "folded_by_sample"},
                                      {"factorized_random", 2, "folded_by_sample"},
                                      {"random", 1, "folded_by_sample"},
                                      {"random", 2, "folded_by_sample", 256},
                                      {"random", 2, "folded_by_head", 257},
                                      {"random", 2, "folded_by_sample", 512, 2},
                                      {"random", 2, "folded", 513, 2},
                                      {"random+vanilla", 2, "sdpa_bias"},
                                      {"factorized_dense", 2, "eager"},
                                      {"factorized_dense", 2, "eager_by_rows", 9, 1, true}};
  for (const Picked& picked : wanted) {
    LayerConfig config = layer_of_width(8);
    config.max_len = picked.length;
    ProblemOptions options;
    options.threads = picked.threads;
    options.causal = picked.causal;
    const Problem problem(describe(picked.variant, config), {picked.batch, config.heads, picked.length, picked.length, 8}, options);
    const AttentionBackend::Choice choice = backend->choose(problem.call());
    EXPECT_EQ(choice.kernel, picked.kernel) << picked.variant << ", batch " << picked.batch;
    EXPECT_EQ(choice.reason, std::nullopt);
  }
}

TEST(TorchChoice, PicksTheSameKernelForNarrowOperands) {
  const LayerConfig config = layer_of_width(8);
  for (const char* variant : {"vanilla", "random", "random+vanilla", "factorized_dense"}) {
    const Problem wide(describe(variant, config), {2, config.heads, 9, 9, 8});
    const auto torch = backends().at("torch")();
    for (const DType dtype : {DType::bf16, DType::f16}) {
      EXPECT_EQ(torch->choose(wide.as(dtype).call()).kernel, torch->choose(wide.call()).kernel) << variant;
    }
  }
}

}  // namespace
}  // namespace synthbench
