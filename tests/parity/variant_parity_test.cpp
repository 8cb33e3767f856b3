// Every registered variant, and mixtures of them, on every backend of this program, as the trunk lays their operands out:
// (B,N,H,C) projections, parameters shared by the batch, tables longer than the call. Bound: backends/core/accuracy.h.
#include <gtest/gtest.h>

#include "ablations/logit_spec.h"
#include "ablations/problem.h"
#include "backends/core/accuracy.h"
#include "harness/check/plain.h"
#include "tests/backends/seam_problem.h"

namespace synthbench {
namespace {

struct Masked {
  std::string name;
  bool causal;
  std::vector<std::int32_t> key_lengths;
};

std::vector<std::string> mixtures() {
  std::vector<std::string> names;
  for (const auto& [name, variant] : variants()) {
    if (!variant.whole_layer) names.push_back(name);
  }
  for (const char* sum : {"dense+vanilla", "factorized_random+random", "local+random", "random+vanilla",
                          "dense+factorized_dense+factorized_random+random+vanilla"}) {
    names.emplace_back(sum);
  }
  return names;
}

class VariantParity : public testing::TestWithParam<std::tuple<std::string, DType>> {};

void run(AttentionBackend& backend, Problem& problem) {
  problem.poison_outputs();
  problem.zero_grads();
  backend.forward(problem.call(), problem.outputs());
  backend.backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
}

TEST_P(VariantParity, MatchesTheOracleUnderEveryMask) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  const auto oracle = backends().at("reference")();
  LayerConfig config;
  config.d_model = 24;
  config.heads = 3;
  config.head_dim = 8;
  config.max_len = 77;
  config.rank = 5;
  config.window = 9;
  for (const std::string& variant : mixtures()) {
    for (const Masked& mask :
         {Masked{"plain", false, {}}, {"causal", true, {}}, {"lengths", false, {65, 0, 33}}, {"both", true, {1, 65, 40}}}) {
      SCOPED_TRACE(variant + ", " + mask.name);
      ProblemOptions options;
      options.dtype = dtype;
      options.seed = test_seed();
      options.causal = mask.causal;
      options.key_lengths = mask.key_lengths;
      options.threads = 2;
      Problem tested(describe(variant, config), {3, 3, 65, 65, 8}, options);
      if (const auto reason = backend->unsupported(tested.call())) GTEST_SKIP() << *reason;
      Problem truth = tested.as(DType::f64), plain = tested.as(dtype);
      run(*backend, tested);
      run(*oracle, truth);
      run(*plain_composition(), plain);
      const double max_logit = largest_logit(tested.call());
      ASSERT_GE(tested.results().size(), 3u) << "out, lse and at least grad.value";
      for (const std::string& tensor : tested.results()) {
        const std::vector<double> exact = truth.read(tensor);
        EXPECT_LE(error_norm(tested.read(tensor), exact), error_bound(dtype, exact, error_norm(plain.read(tensor), exact), max_logit))
            << tensor;
      }
      EXPECT_TRUE(tested.guards_intact());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, VariantParity,
                         testing::Combine(testing::ValuesIn(backends().names()),
                                          testing::Values(DType::f32, DType::f64, DType::bf16, DType::f16)),
                         [](const auto& about) { return std::get<0>(about.param) + "_" + std::string(name(std::get<1>(about.param))); });

}  // namespace
}  // namespace synthbench
