// torch and torch_eager against the float64 oracle: every variant and some mixtures, masks, odd sizes, sharing, dropout.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "ablations/problem.h"
#include "harness/measure/plain.h"

namespace synthbench {
namespace {

std::uint64_t test_seed() {
  static const std::uint64_t seed = [] {
    const char* text = std::getenv("SYNTHBENCH_TEST_SEED");
    return text ? std::strtoull(text, nullptr, 10) : std::random_device{}();
  }();
  return seed;
}
std::string seed_trace() { return "SYNTHBENCH_TEST_SEED=" + std::to_string(test_seed()); }

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

TEST_P(TorchBackends, DropTheEntriesThatTheSharedHashNames) {
  const auto& [backend_name, variant, dtype] = GetParam();
  SCOPED_TRACE(seed_trace());
  const auto backend = backends().at(backend_name)();
  const LayerConfig config = layer_of_width(8);
  ProblemOptions options = options_of(dtype, true);
  options.dropout = {0.3, test_seed() + 1};
  expect_like_the_oracle(*backend, Problem(describe(variant, config), {2, config.heads, 17, 17, 8}, options));
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
};

TEST(TorchChoice, TakesTheCompositionThatFitsTheCall) {
  const auto backend = backends().at("torch")();
  const std::vector<Picked> wanted = {{"vanilla", 2, "sdpa"},
                                      {"dense", 2, "sdpa"},
                                      {"dense+vanilla", 2, "sdpa"},
                                      {"random", 2, "folded"},
                                      {"factorized_random", 2, "folded"},
                                      {"random", 1, "folded"},
                                      {"random+vanilla", 2, "sdpa_bias"},
                                      {"factorized_dense", 2, "eager"}};
  for (const Picked& picked : wanted) {
    const LayerConfig config = layer_of_width(8);
    const Problem problem(describe(picked.variant, config), {picked.batch, config.heads, 9, 9, 8});
    const AttentionBackend::Choice choice = backend->choose(problem.call());
    EXPECT_EQ(choice.kernel, picked.kernel) << picked.variant << ", batch " << picked.batch;
    EXPECT_EQ(choice.reason, std::nullopt);
  }
}

TEST(TorchChoice, RefusesHalfPrecisionWithAReason) {
  const LayerConfig config = layer_of_width(8);
  const Problem problem(describe("vanilla", config), {1, config.heads, 9, 9, 8});
  AttentionCall call = problem.call();
  call.value.dtype = DType::bf16;
  for (const char* name : {"torch", "torch_eager"}) {
    const auto reason = backends().at(name)()->unsupported(call);
    ASSERT_TRUE(reason) << name;
    EXPECT_NE(reason->find("bf16"), std::string::npos) << *reason;
  }
}

}  // namespace
}  // namespace synthbench
