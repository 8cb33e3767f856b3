// Every backend of this program against the oracle: error at most twice that of the plain composition in the call's dtype, plus
// one rounding of the largest logit (backends/core/accuracy.h), for outputs and every gradient, whatever the layout of the operands.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>

#include "backends/core/accuracy.h"
#include "tests/backends/seam_problem.h"
#include "tests/parity/seam_cases.h"

namespace synthbench {
namespace {

#ifdef SYNTHBENCH_FEW_CASES  // a GPU's threads one after another on the host, several times slower under AddressSanitizer
#ifdef __SANITIZE_ADDRESS__
constexpr std::int64_t kMostLogits = 30'000;
#else
constexpr std::int64_t kMostLogits = 80'000;
#endif
constexpr int kDrawn = 12;
constexpr int kThreads[] = {1, 2};
#else
constexpr int kDrawn = 60;
constexpr std::int64_t kMostLogits = std::numeric_limits<std::int64_t>::max();
constexpr int kThreads[] = {1, 2, 2, 3, 2, 1, 3};
#endif
constexpr Arrangement kArrangements[] = {Arrangement::dense, Arrangement::strided, Arrangement::sliced, Arrangement::transposed,
                                         Arrangement::split_heads};

std::vector<SeamCase> small_enough(std::vector<SeamCase> cases) {
  std::erase_if(cases, [](const SeamCase& seam) { return seam.batch * seam.heads * seam.queries * seam.keys > kMostLogits; });
  return cases;
}

std::vector<SeamCase> some_cases() { return small_enough(chosen_cases()); }

std::vector<SeamCase> all_cases() {
  std::vector<SeamCase> cases = some_cases();
  for (SeamCase& seam : small_enough(drawn_cases(test_seed(), kDrawn))) cases.push_back(std::move(seam));
  return cases;
}

/// What each result of one problem may err by.
std::map<std::string, double> bounds(const SeamCase& seam, const SeamProblem& numbers, const Results& truth, DType dtype) {
  std::map<std::string, double> all;
  auto plain = dtype == DType::f32 ? plain_errors(seam, numbers, truth) : std::map<std::string, double>();
  const double max_logit = largest_logit(seam, numbers);
  double largest = 0;
  for (const auto& [tensor, exact] : truth) largest = tensor.starts_with("grad.") ? std::max(largest, norm(exact)) : largest;
  for (const auto& [tensor, exact] : truth) all[tensor] = error_bound(dtype, exact, plain[tensor], max_logit, largest);
  return all;
}

bool bit_equal(const Results& a, const Results& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& left, const auto& right) {
    return left.first == right.first && left.second.size() == right.second.size() &&
           std::memcmp(left.second.data(), right.second.data(), left.second.size() * sizeof(double)) == 0;
  });
}

bool is_aten(const std::string& backend) { return backend.starts_with("torch"); }
bool is_ferried(const std::string& backend) { return backend.ends_with("_ferried"); }

std::vector<std::string> tested_backends() {
  std::vector<std::string> names = backends().names();
#ifdef SYNTHBENCH_FERRIED_ALONE  // the others have a program of their own
  std::erase_if(names, [](const std::string& name) { return !is_ferried(name); });
#endif
  return names;
}

class SeamParity : public testing::TestWithParam<std::tuple<std::string, DType>> {
 protected:
  void SetUp() override {
    const auto& [backend, dtype] = GetParam();
    SeamProblem small(chosen_cases().front(), dtype, Arrangement::dense, test_seed());
    if (const auto reason = backends().at(backend)()->unsupported(small.call())) GTEST_SKIP() << *reason;
  }
};

TEST_P(SeamParity, OutputsAndGradientsMatchTheOracleInEveryLayout) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  const auto oracle = backends().at("reference")();
  std::set<std::string> kernels;
  for (const SeamCase& seam : all_cases()) {
    const SeamProblem numbers(seam, DType::f64, Arrangement::dense, test_seed());
    const Results truth = SeamProblem(seam, DType::f64, Arrangement::dense, test_seed()).run(*oracle);
    const auto allowed = bounds(seam, numbers, truth, dtype);
    for (const Arrangement arrangement : kArrangements) {
      SCOPED_TRACE(seam.name + ", " + std::string(name(arrangement)));
      SeamProblem problem(seam, dtype, arrangement, test_seed());
      const auto choice = backend->choose(problem.call());
      if (choice.reason) GTEST_SKIP() << *choice.reason;
      kernels.insert(choice.kernel);
      const Results computed = problem.run(*backend);
      ASSERT_EQ(computed.size(), truth.size());
      for (const auto& [tensor, exact] : truth)
        EXPECT_LE(error_norm(computed.at(tensor), exact), allowed.at(tensor)) << tensor << " by " << choice.kernel;
      EXPECT_EQ(problem.trespasses(), std::vector<std::string>());
    }
  }
  if (backend_name == "eigen") {
    EXPECT_EQ(kernels, (std::set<std::string>{"folded", "fused", "naive"}));
  } else if (backend_name == "cuda" || backend_name == "cuda_ferried") {
    EXPECT_EQ(kernels, (std::set<std::string>{"folded", "tiled"}));
  } else if (backend_name == "torch") {
    EXPECT_EQ(kernels, (std::set<std::string>{"eager", "eager_by_rows", "folded_by_head", "folded_by_sample", "sdpa", "sdpa_bias"}));
  }
}

TEST_P(SeamParity, EveryWayOfSharingASideHasTheRightGradients) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  const auto oracle = backends().at("reference")();
  for (const SeamCase& seam : sharing_cases()) {
    SCOPED_TRACE(seam.name);
    const SeamProblem numbers(seam, DType::f64, Arrangement::dense, test_seed());
    const Results truth = SeamProblem(seam, DType::f64, Arrangement::dense, test_seed()).run(*oracle);
    const auto allowed = bounds(seam, numbers, truth, dtype);
    const Results computed = SeamProblem(seam, dtype, Arrangement::dense, test_seed()).run(*backend);
    for (const auto& [tensor, exact] : truth) {
      ASSERT_EQ(computed.at(tensor).size(), exact.size()) << tensor << ": a shared side has its entries once";
      EXPECT_LE(error_norm(computed.at(tensor), exact), allowed.at(tensor)) << tensor;
    }
  }
}

TEST_P(SeamParity, TheSameCallTwiceIsBitEqualWhateverTheThreads) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  if (is_aten(backend_name) && is_ferried(backend_name))
    GTEST_SKIP() << "on a GPU ATen's fused backward adds in the order in which blocks end";
  const auto backend = backends().at(backend_name)();
  for (const SeamCase& seam : all_cases()) {
    SCOPED_TRACE(seam.name);
    SeamProblem problem(seam, dtype, Arrangement::dense, test_seed());
    std::map<int, Results> first;  // ours add in an order that threads do not change; ATen splits sums among them
    for (const int threads : kThreads) {
      problem.call().threads = threads;
      const Results computed = problem.run(*backend);
      const auto [once, fresh] = first.try_emplace(is_aten(backend_name) ? threads : 0, computed);
      if (!fresh) {
        EXPECT_TRUE(bit_equal(computed, once->second)) << threads << " threads";
      }
    }
  }
}

TEST_P(SeamParity, PaddedKeysAreInvisible) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  int padded = 0;
  for (const SeamCase& seam : all_cases()) {
    if (seam.key_lengths.empty()) continue;
    SCOPED_TRACE(seam.name);
    SeamProblem problem(seam, dtype, Arrangement::sliced, test_seed());
    const Results clean = problem.run(*backend);
    for (const double deviation : {3.0, std::numeric_limits<double>::quiet_NaN()}) {
      problem.redraw_padded_keys(test_seed() + 1, deviation);
      const Results after = problem.run(*backend);
      for (const auto& [tensor, numbers] : clean) EXPECT_TRUE(bit_equal({{tensor, numbers}}, {{tensor, after.at(tensor)}})) << tensor;
    }
    ++padded;
  }
  EXPECT_GT(padded, 5);
}

TEST_P(SeamParity, ASampleThatSeesNoneOfTheLargeLogitsLosesNothing) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  const auto oracle = backends().at("reference")();
  TermCase random;
  random.kind = TermKind::table;
  random.lhs.batch = true;
  for (const bool causal : {false, true}) {
    SCOPED_TRACE(causal ? "causal" : "every key");
    const SeamCase seam{"far_below", 4, 2, 70, 130, 5, {random}, causal, 60, {130, 40, 2, 0}};
    SeamProblem numbers(seam, DType::f64, Arrangement::dense, test_seed()), truth_of(seam, DType::f64, Arrangement::dense, test_seed()),
        problem(seam, dtype, Arrangement::dense, test_seed());
    std::vector<double> logits = numbers.get("term0.lhs");
    for (std::size_t n = 0; n < logits.size(); ++n) logits[n] += n % 130 < 40 ? 0.0 : 300.0;  // exp(-300) is no float
    for (SeamProblem* each : {&numbers, &truth_of, &problem}) each->set("term0.lhs", logits);
    const Results truth = truth_of.run(*oracle);
    const auto allowed = bounds(seam, numbers, truth, dtype);
    for (const auto& [tensor, computed] : problem.run(*backend)) {
      EXPECT_LE(error_norm(computed, truth.at(tensor)), allowed.at(tensor)) << tensor << " by " << backend->choose(problem.call()).kernel;
    }
  }
}

TEST_P(SeamParity, ANumberThatIsNoneIsNotHidden) {
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  TermCase product;
  product.width = 4;
  for (const bool folded : {false, true}) {
    if (folded) product.lhs = product.rhs = Shared{true, false, false};
    SeamCase seam{"nan", 2, 1, 7, 9, 4, {product}};
    SeamProblem problem(seam, dtype, Arrangement::dense, test_seed());
    std::vector<double> query = problem.get("term0.lhs");
    query.front() = std::numeric_limits<double>::quiet_NaN();
    problem.set("term0.lhs", query);
    const Results computed = problem.run(*backend);
    EXPECT_TRUE(std::isnan(computed.at("grad.value").front())) << "a training that has failed has to look so";
    if (backend->choose(problem.call()).kernel != "sdpa") {  // ATen's fused kernel loses it on the way forward
      EXPECT_TRUE(std::isnan(computed.at("out").front()));
      EXPECT_TRUE(std::isnan(computed.at("lse").front()));
    }
    EXPECT_FALSE(std::isnan(computed.at("out").back())) << "other rows are sound";
  }
}

TEST_P(SeamParity, UnwantedGradientsAreLeftAloneAndChangeNoOther) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  for (const SeamCase& seam : some_cases()) {
    SCOPED_TRACE(seam.name);
    SeamProblem problem(seam, dtype, Arrangement::dense, test_seed());
    const Results all = problem.run(*backend);
    std::vector<std::string> sides;
    for (const auto& [tensor, numbers] : all) {
      if (tensor.starts_with("grad.term")) sides.push_back(tensor);
    }
    for (const std::vector<std::string>& unwanted : {std::vector<std::string>{"grad.value"}, {"grad.term0.lhs"}, sides}) {
      const Results fewer = problem.run(*backend, unwanted);
      for (const auto& [tensor, numbers] : fewer) {
        if (!is_aten(backend_name)) {
          EXPECT_TRUE(numbers == all.at(tensor)) << tensor;
        } else if (!is_zero(all.at(tensor))) {  // it may take another composition where a table wants no gradient
          EXPECT_LT(error_norm(numbers, all.at(tensor)), dtype == DType::f32 ? 1e-5 : 1e-13) << tensor;
        }
      }
      const Results after = problem.results();
      for (const std::string& tensor : unwanted) EXPECT_TRUE(is_zero(after.at(tensor))) << tensor;
    }
  }
}

TEST_P(SeamParity, GradientsAreAddedToWhatIsThere) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  for (const SeamCase& seam : some_cases()) {
    SCOPED_TRACE(seam.name);
    SeamProblem problem(seam, dtype, Arrangement::dense, test_seed());
    const Results once = problem.run(*backend);
    backend->backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
    const Results twice = problem.results();
    for (const auto& [tensor, numbers] : once) {
      if (!tensor.starts_with("grad.") || is_zero(numbers)) continue;
      std::vector<double> doubled = numbers;
      for (double& number : doubled) number *= 2;
      EXPECT_LT(error_norm(twice.at(tensor), doubled), dtype == DType::f32 ? 1e-6 : 1e-14) << tensor;
    }
  }
}

TEST_P(SeamParity, BackwardFitsTheForwardOfAnotherBackend) {
  SCOPED_TRACE(seed_trace());
  const auto& [backend_name, dtype] = GetParam();
  const auto backend = backends().at(backend_name)();
  const auto oracle = backends().at("reference")();
  for (const SeamCase& seam : some_cases()) {
    SCOPED_TRACE(seam.name);
    const SeamProblem numbers(seam, DType::f64, Arrangement::dense, test_seed());
    const Results truth = SeamProblem(seam, DType::f64, Arrangement::dense, test_seed()).run(*oracle);
    SeamProblem problem(seam, dtype, Arrangement::dense, test_seed());
    problem.poison_outputs();
    problem.zero_gradients();
    oracle->forward(problem.call(), problem.outputs());
    backend->backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
    const auto allowed = bounds(seam, numbers, truth, dtype);
    for (const auto& [tensor, computed] : problem.results())
      EXPECT_LE(error_norm(computed, truth.at(tensor)), allowed.at(tensor)) << tensor;
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, SeamParity,
                         testing::Combine(testing::ValuesIn(tested_backends()), testing::Values(DType::f32, DType::f64)),
                         [](const auto& about) { return std::get<0>(about.param) + "_" + std::string(name(std::get<1>(about.param))); });

}  // namespace
}  // namespace synthbench
