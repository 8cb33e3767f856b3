// The oracle's gradients against central differences of its own forward pass, every entry of every side.
#include <gtest/gtest.h>

#include <cmath>

#include "backends/core/accuracy.h"
#include "tests/backends/seam_problem.h"

namespace synthbench {
namespace {

constexpr Shared kOwn{}, kBatch{true, false, false}, kHeads{false, true, false}, kRows{false, false, true}, kAll{true, true, true},
    kBatchHeads{true, true, false};

const std::vector<SeamCase>& cases() {
  static const std::vector<SeamCase> all{
      {"inner", 2, 2, 5, 7, 3, {{TermKind::inner, 0.7, 4, kOwn, kOwn}}},
      {"inner_shared_rhs", 3, 2, 5, 7, 3, {{TermKind::inner, 1.3, 3, kOwn, kBatchHeads}}},
      {"inner_shared_query", 2, 2, 5, 7, 3, {{TermKind::inner, 1.0, 3, kAll, kHeads}}},
      {"tiled", 2, 2, 5, 7, 3, {{TermKind::tiled, 0.9, 3, kOwn, kOwn}}},
      {"tiled_shared", 2, 3, 5, 7, 1, {{TermKind::tiled, 1.1, 4, kBatch, kRows}}},
      {"table", 2, 2, 5, 7, 3, {{TermKind::table, 1.2, 0, kOwn, kOwn}}},
      {"table_batch_shared", 3, 2, 7, 7, 2, {{TermKind::table, 1.0, 0, kBatch, kOwn}}},
      {"key_bias", 2, 2, 5, 7, 3, {{TermKind::table, 1.0, 0, kAll, kOwn}}},
      {"factorized", 3, 2, 7, 7, 2, {{TermKind::inner, 1.0, 2, kBatch, kBatch}}},
      {"mixture_causal",
       2,
       2,
       7,
       7,
       3,
       {{TermKind::inner, 0.5, 4, kOwn, kOwn}, {TermKind::table, 1.0, 0, kBatch, kOwn}, {TermKind::tiled, 0.4, 3, kOwn, kOwn}},
       true,
       0},
      {"decode", 2, 2, 3, 9, 3, {{TermKind::inner, 0.5, 4, kOwn, kOwn}, {TermKind::table, 1.0, 0, kRows, kOwn}}, true, 6},
      {"lengths", 3, 2, 5, 7, 3, {{TermKind::inner, 0.5, 4, kOwn, kOwn}, {TermKind::inner, 0.5, 2, kBatch, kBatch}}, false, 0, {7, 0, 3}},
      {"causal_lengths_dropout",
       3,
       2,
       7,
       7,
       3,
       {{TermKind::inner, 0.5, 4, kOwn, kOwn}, {TermKind::table, 1.0, 0, kHeads, kOwn}},
       true,
       0,
       {2, 7, 5},
       {0.3, 17}},
  };
  return all;
}

class FiniteDifferences : public testing::TestWithParam<SeamCase> {};

double loss(AttentionBackend& backend, SeamProblem& problem) {
  problem.poison_outputs();
  backend.forward(problem.call(), problem.outputs());
  const std::vector<double> out = problem.get("out"), weights = problem.get("grad_out");
  double sum = 0;
  for (std::size_t k = 0; k < out.size(); ++k) sum += out[k] * weights[k];
  return sum;
}

TEST_P(FiniteDifferences, AgreeWithEveryGradientOfTheReference) {
  SCOPED_TRACE(seed_trace());
  const auto backend = backends().at("reference")();
  SeamProblem problem(GetParam(), DType::f64, Arrangement::sliced, test_seed());
  const Results computed = problem.run(*backend);
  constexpr double kStep = 1e-5;
  int compared = 0;
  for (const auto& [tensor, gradient] : computed) {
    if (!tensor.starts_with("grad.")) continue;
    const std::string operand = tensor.substr(5);
    const std::vector<double> start = problem.get(operand);
    std::vector<double> differences;
    for (std::size_t k = 0; k < start.size(); ++k) {
      std::vector<double> moved = start;
      moved[k] = start[k] + kStep;
      problem.set(operand, moved);
      const double above = loss(*backend, problem);
      moved[k] = start[k] - kStep;
      problem.set(operand, moved);
      differences.push_back((above - loss(*backend, problem)) / (2 * kStep));
    }
    problem.set(operand, start);
    // Truncation is of the order of the step squared, rounding of 1e-16 / step.
    EXPECT_LT(error_norm(gradient, differences), 1e-8) << tensor;
    ++compared;
  }
  EXPECT_GE(compared, 2);
}

INSTANTIATE_TEST_SUITE_P(Cases, FiniteDifferences, testing::ValuesIn(cases()), [](const auto& about) { return about.param.name; });

}  // namespace
}  // namespace synthbench
