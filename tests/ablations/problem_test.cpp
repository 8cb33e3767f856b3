#include "ablations/problem.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

constexpr CallShape kShape{.batch = 3, .heads = 2, .queries = 7, .keys = 11, .width = 5};

Mixture mixture(const char* variant, W2 w2 = W2::heads) {
  return describe(variant, {.d_model = 10, .heads = 2, .head_dim = 5, .max_len = 13, .rank = 3, .w2 = w2});
}

ProblemOptions options() { return {.seed = test_seed()}; }

bool same_layout(const Layout& a, const Layout& b) { return a.shape == b.shape && a.stride == b.stride && a.dtype == b.dtype; }

TEST(Problem, TermsHaveTheShapesOfTheSeam) {
  const Problem problem(mixture("dense+factorized_dense+factorized_random+random+vanilla"), kShape, options());
  const AttentionCall call = problem.call();
  ASSERT_EQ(call.terms.size(), 6u);  // dense has its bias as a term of its own
  const Axes queries{3, 2, 7, 0}, keys{3, 2, 11, 0};
  for (const LogitTerm& term : call.terms) {
    EXPECT_EQ(term.lhs.shape.batch, queries.batch);
    EXPECT_EQ(term.lhs.shape.row, queries.row);
    if (term.kind == TermKind::table) {
      EXPECT_EQ(term.lhs.shape.col, keys.row);
    } else {
      EXPECT_EQ(term.rhs.shape.row, term.kind == TermKind::inner ? keys.row : queries.row);
    }
    if (term.kind == TermKind::tiled) {
      EXPECT_GE(term.lhs.shape.col * term.rhs.shape.col, keys.row);
    }
  }
}

TEST(Problem, ParametersAreSharedByTheBatch) {
  const Problem problem(mixture("dense+vanilla", W2::shared), kShape, options());
  const auto terms = problem.call().terms;  // dense, its bias, vanilla
  EXPECT_NE(terms[0].lhs.stride.batch, 0);
  EXPECT_EQ(terms[0].rhs.stride, (Axes{0, 0, 1, 13})) << "w2 is (1, width, max_len), read across";
  EXPECT_EQ(terms[1].lhs.stride, (Axes{0, 0, 0, 1})) << "b2 is one row for all queries, samples and heads";
  EXPECT_NE(terms[2].rhs.stride.batch, 0);
  EXPECT_TRUE(batch_independent(Problem(mixture("random+factorized_random"), kShape, options()).call()));
}

TEST(Problem, HeadsLieSideBySideOrApart) {
  ProblemOptions apart = options();
  apart.heads = Heads::apart;
  const Problem split(mixture("vanilla"), kShape, options()), dense(mixture("vanilla"), kShape, apart);
  for (const Problem* problem : {&split, &dense}) {
    const bool beside = problem == &split;
    const Axes queries = beside ? Axes{7 * 2 * 5, 5, 2 * 5, 1} : Axes{2 * 7 * 5, 7 * 5, 5, 1};
    const Axes keys = beside ? Axes{11 * 2 * 5, 5, 2 * 5, 1} : Axes{2 * 11 * 5, 11 * 5, 5, 1};
    const AttentionCall call = problem->call();
    EXPECT_EQ(call.terms[0].lhs.stride, queries);
    EXPECT_EQ(call.terms[0].rhs.stride, keys);
    EXPECT_EQ(call.value.stride, keys);
    EXPECT_EQ(problem->outputs().out.stride, queries);
    EXPECT_EQ(problem->grad_out().stride, queries);
    EXPECT_EQ(problem->grads().value.stride, keys);
  }
}

TEST(Problem, LongerTablesAreReadAsTheirLeadingSlice) {
  const Problem problem(mixture("random"), kShape, options());
  EXPECT_EQ(problem.call().terms[0].lhs.stride, (Axes{0, 13 * 13, 13, 1}));
  EXPECT_EQ(problem.count("term0.lhs"), 2 * 13 * 13);
}

TEST(Problem, ATableShorterThanTheCallIsRefused) {
  CallShape longer = kShape;
  longer.keys = 14;
  for (const char* variant : {"random", "factorized_random", "dense"}) {
    try {
      Problem(mixture(variant), longer, options());
      FAIL() << variant;
    } catch (const UserError& error) {
      EXPECT_NE(std::string(error.what()).find("seq_len 14 is longer than max_len 13"), std::string::npos) << error.what();
    }
  }
}

TEST(Problem, GradientsLieAsTheirOperands) {
  Problem problem(mixture("dense+factorized_dense+random+vanilla"), kShape, options());
  const AttentionCall call = problem.call();
  const AttentionGrads grads = problem.grads();
  ASSERT_EQ(grads.terms.size(), call.terms.size());
  EXPECT_TRUE(same_layout(grads.value, call.value));
  for (std::size_t t = 0; t < call.terms.size(); ++t) {
    EXPECT_TRUE(same_layout(grads.terms[t].lhs, call.terms[t].lhs)) << t;
    if (call.terms[t].rhs) {
      EXPECT_TRUE(same_layout(grads.terms[t].rhs, call.terms[t].rhs)) << t;
    }
    EXPECT_NE(grads.terms[t].lhs.data, call.terms[t].lhs.data);
  }
  for (const std::string& name : problem.operands()) EXPECT_TRUE(problem.has("grad." + name)) << name;
}

TEST(Problem, FrozenTablesWantNoGradient) {
  const Problem problem(mixture("fixed_random+vanilla"), kShape, options());
  EXPECT_FALSE(problem.grads().terms[0].lhs);
  EXPECT_TRUE(problem.grads().terms[1].lhs);
  EXPECT_EQ(problem.results(), (std::vector<std::string>{"out", "lse", "grad.value", "grad.term1.lhs", "grad.term1.rhs"}));
}

TEST(Problem, ForwardAloneHasNoGradients) {
  ProblemOptions forward = options();
  forward.needs_grad = false;
  const Problem problem(mixture("vanilla"), kShape, forward);
  EXPECT_FALSE(problem.call().needs_grad);
  EXPECT_FALSE(problem.grads().value);
  EXPECT_FALSE(problem.grad_out());
  EXPECT_EQ(problem.results(), (std::vector<std::string>{"out", "lse"}));
}

TEST(Problem, TwinsOfOtherDtypesHoldTheSameNumbers) {
  SCOPED_TRACE(seed_trace());
  const Problem single(mixture("dense+random"), kShape, options());
  const Problem twin = single.as(DType::f64);
  EXPECT_EQ(twin.call().value.dtype, DType::f64);
  for (const std::string& name : single.operands()) EXPECT_EQ(single.read(name), twin.read(name)) << name;
  EXPECT_EQ(single.read("grad_out"), twin.read("grad_out"));
}

TEST(Problem, OtherSeedsGiveOtherNumbers) {
  const Problem one(mixture("vanilla"), kShape, {.seed = 1}), two(mixture("vanilla"), kShape, {.seed = 2});
  EXPECT_NE(one.read("value"), two.read("value"));
  EXPECT_NE(one.read("term0.lhs"), one.read("value"));
}

TEST(Problem, LogitsAreOrdinary) {
  SCOPED_TRACE(seed_trace());
  const CallShape shape{.batch = 2, .heads = 2, .queries = 40, .keys = 40, .width = 16};
  for (const char* variant : {"vanilla", "random", "factorized_random", "dense", "factorized_dense"}) {
    const Mixture one = describe(variant, {.d_model = 32, .heads = 2, .head_dim = 16, .max_len = 40, .rank = 8, .dense_bias = false});
    const Problem problem(one, shape, options());
    const LogitTerm term = problem.call().terms[0];
    const auto at = [&](const ConstView& view, std::int64_t i, std::int64_t j) {
      return static_cast<double>(static_cast<const float*>(view.data)[offset(view.stride, 1, 1, i, j)]);
    };
    double squares = 0;
    for (std::int64_t i = 0; i < 40; ++i) {
      for (std::int64_t j = 0; j < 40; ++j) {
        double logit = 0;
        switch (term.kind) {
          case TermKind::inner:
            for (std::int64_t c = 0; c < term.lhs.shape.col; ++c) logit += term.scale * at(term.lhs, i, c) * at(term.rhs, j, c);
            break;
          case TermKind::tiled: logit = at(term.lhs, i, j % term.lhs.shape.col) * at(term.rhs, i, j / term.lhs.shape.col); break;
          case TermKind::table: logit = at(term.lhs, i, j); break;
        }
        squares += logit * logit;
      }
    }
    const double deviation = std::sqrt(squares / 1600);
    EXPECT_GT(deviation, 0.5) << variant;
    EXPECT_LT(deviation, 1.7) << variant;
  }
}

TEST(Problem, OutputsStartPoisonedAndGradientsAtZero) {
  Problem problem(mixture("random"), kShape, options());
  for (const double x : problem.read("out")) EXPECT_TRUE(std::isnan(x));
  problem.set("grad.value", 3, 2.5);
  problem.zero_grads();
  EXPECT_TRUE(std::ranges::all_of(problem.read("grad.value"), [](double x) { return x == 0; }));
}

TEST(Problem, AWriteOutsideATensorShows) {
  Problem problem(mixture("vanilla"), kShape, options());
  EXPECT_TRUE(problem.guards_intact());
  auto* lse = static_cast<float*>(problem.outputs().lse.data);
  const float kept = lse[3 * 2 * 7];
  lse[3 * 2 * 7] = 0.0f;
  EXPECT_FALSE(problem.guards_intact());
  lse[3 * 2 * 7] = kept;
  EXPECT_TRUE(problem.guards_intact());
  lse[-1] = 0.0f;
  EXPECT_FALSE(problem.guards_intact());
}

TEST(Problem, AMixtureBringsItsWindow) {
  LayerConfig config = {.d_model = 10, .heads = 2, .head_dim = 5, .max_len = 11};
  config.window = 3;
  const CallShape shape{2, 2, 11, 11, 5};
  EXPECT_EQ(Problem(describe("local", config), shape, options()).call().mask.window, 3);
  EXPECT_EQ(Problem(describe("local+random", config), shape, options()).as(DType::f64).call().mask.window, 3);
  EXPECT_EQ(Problem(describe("vanilla", config), shape, options()).call().mask.window, 0);
}

TEST(Problem, KeyLengthsReachTheCall) {
  ProblemOptions padded = options();
  padded.key_lengths = {11, 4, 0};
  const Problem problem(mixture("vanilla"), kShape, padded);
  const ConstView lengths = problem.call().mask.key_lengths;
  EXPECT_EQ(lengths.shape, (Axes{3, 1, 1, 1}));
  EXPECT_EQ(static_cast<const std::int32_t*>(lengths.data)[1], 4);
  padded.key_lengths = {11};
  EXPECT_THROW(Problem(mixture("vanilla"), kShape, padded), UserError);
}

}  // namespace
}  // namespace synthbench
