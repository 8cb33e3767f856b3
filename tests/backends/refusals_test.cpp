// Wrong calls are refused by every backend in the same words, before anything is computed.
#include <gtest/gtest.h>

#include <functional>

#include "harness/base/error.h"
#include "tests/backends/seam_problem.h"

namespace synthbench {
namespace {

SeamCase mixed() {
  return {"mixed",
          2,
          3,
          5,
          7,
          4,
          {{TermKind::inner, 0.5, 6, {}, {true, false, false}}, {TermKind::tiled, 0.5, 4, {}, {}}, {TermKind::table, 1.0, 0, {}, {}}},
          true,
          2,
          {7, 3}};
}

/// A sound backward call, to be spoiled.
struct Call {
  SeamProblem problem{mixed(), DType::f64, Arrangement::dense, test_seed()};
  std::vector<LogitTerm> terms{problem.call().terms.begin(), problem.call().terms.end()};
  AttentionCall call = problem.call();
  AttentionOutputs out = problem.outputs();
  AttentionGrads grads = problem.grads();
  ConstView grad_out = problem.grad_out();

  Call() { call.terms = terms; }
};

/// How to spoil it, and what the message must say.
struct Wrong {
  std::string words;
  std::function<void(Call&)> change;
};

const std::vector<Wrong>& wrongs() {
  static const std::vector<Wrong> all{
      {"there is no value", [](Call& c) { c.call.value = {}; }},
      {"every extent must be at least 1", [](Call& c) { c.call.value.shape.batch = 0; }},
      {"there is no term", [](Call& c) { c.call.terms = {}; }},
      {"at least 1 is needed", [](Call& c) { c.call.threads = 0; }},
      {"allowed is 0 <= rate < 1", [](Call& c) { c.call.dropout.rate = 1.0; }},
      {"window is -3", [](Call& c) { c.call.mask.window = -3; }},
      {"term0 has no rhs", [](Call& c) { c.terms[0].rhs = {}; }},
      {"term1 has no lhs", [](Call& c) { c.terms[1].lhs = {}; }},
      {"term0.rhs is (2,3,8,6) f64", [](Call& c) { c.terms[0].rhs.shape.row = 8; }},
      {"term1 tiles 1 x 2 logits, but there are 7 keys", [](Call& c) { c.terms[1].lhs.shape.col = 1; }},
      {"term2 is a table and has no rhs", [](Call& c) { c.terms[2].rhs = c.terms[1].rhs; }},
      {"term2.lhs is (2,3,5,7) f32, but f64 is needed", [](Call& c) { c.terms[2].lhs.dtype = DType::f32; }},
      {"term1.rhs lies elsewhere", [](Call& c) { c.terms[1].rhs.place = Place::cuda; }},
      {"one i32 length per sample", [](Call& c) { c.call.mask.key_lengths.shape.batch = 3; }},
      {"one of them is absent", [](Call& c) { c.out.lse = {}; }},
      {"out is (2,3,6,4) f64", [](Call& c) { c.out.out.shape.row = 6; }},
      {"lse is (2,3,5,1) f32", [](Call& c) { c.out.lse.dtype = DType::f32; }},
      {"out and value are the same memory", [](Call& c) { c.out.out.data = const_cast<void*>(c.call.value.data); }},
      {"needs_grad is false", [](Call& c) { c.call.needs_grad = false; }},
      {"backward needs grad_out", [](Call& c) { c.grad_out = {}; }},
      {"grad_out is (2,3,5,3) f64", [](Call& c) { c.grad_out.shape.col = 3; }},
      {"3 terms, but gradients for 2", [](Call& c) { c.grads.terms = c.grads.terms.first(2); }},
      {"grad.value is (2,3,7,5) f64, its operand is (2,3,7,4) f64", [](Call& c) { c.grads.value.shape.col = 5; }},
      {"grad.value is not shared along the same axes", [](Call& c) { c.grads.value.stride.batch = 0; }},
      {"grad.value and its operand are the same memory", [](Call& c) { c.grads.value.data = const_cast<void*>(c.call.value.data); }},
  };
  return all;
}

class Refusals : public testing::TestWithParam<std::string> {};

TEST_P(Refusals, SayWhatIsWrong) {
  SCOPED_TRACE(seed_trace());
  const auto backend = backends().at(GetParam())();
  for (const Wrong& wrong : wrongs()) {
    Call c;
    c.problem.poison_outputs();
    wrong.change(c);
    try {
      backend->backward(c.call, c.out, c.grad_out, c.grads);
      ADD_FAILURE() << "not refused: " << wrong.words;
    } catch (const UserError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("[attention] ")) << error.what();
      EXPECT_NE(std::string(error.what()).find(wrong.words), std::string::npos) << error.what() << "\n  lacks: " << wrong.words;
    }
  }
}

TEST_P(Refusals, HostBackendsNameTheDtypeOrPlaceThatTheyLack) {
  const auto backend = backends().at(GetParam())();
  SeamProblem problem(mixed(), DType::f32, Arrangement::dense, test_seed());
  EXPECT_EQ(backend->unsupported(problem.call()), std::nullopt);
  for (const DType dtype : {DType::bf16, DType::f16}) {
    AttentionCall call = problem.call();
    call.value.dtype = dtype;
    const auto choice = backend->choose(call);
    ASSERT_TRUE(choice.reason.has_value());
    EXPECT_EQ(choice.kernel, "");
    EXPECT_NE(choice.reason->find("value is " + std::string(name(dtype))), std::string::npos) << *choice.reason;
  }
  AttentionCall call = problem.call();
  call.value.place = Place::cuda;
  ASSERT_TRUE(backend->unsupported(call).has_value());
  EXPECT_NE(backend->unsupported(call)->find("on the GPU"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Backends, Refusals, testing::Values("reference", "eigen"), [](const auto& about) { return about.param; });

TEST(KnownBackends, HaveFactsWhetherOrNotThisProgramHoldsThem) {
  for (const std::string& backend : backends().names()) {
    ASSERT_NE(known_backends().find(backend), nullptr) << backend;
    EXPECT_NE(known_backends().at(backend).summary, "");
  }
}

}  // namespace
}  // namespace synthbench
