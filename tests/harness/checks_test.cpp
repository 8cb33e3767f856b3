// check parity, check grad, check support: sound backends pass whatever the inputs, broken ones are named.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/base/error.h"
#include "harness/check/parity.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// The reference with something wrong in it.
class Crooked : public AttentionBackend {
 public:
  enum class Fault { none, output, value_gradient, term_gradient, mask };
  explicit Crooked(Fault fault) : fault_(fault), sound_(backends().at("reference")()) {}
  Choice choose(const AttentionCall& call) const override { return sound_->choose(call); }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    AttentionCall changed = call;
    if (fault_ == Fault::mask) changed.mask.causal = false;
    sound_->forward(changed, outputs);
    if (fault_ == Fault::output) scale(outputs.out);
  }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    sound_->backward(call, outputs, grad_out, grads);
    if (fault_ == Fault::value_gradient) scale(grads.value);
    if (fault_ == Fault::term_gradient && !grads.terms.empty()) scale(grads.terms.front().lhs);
  }
  /// The first entry, 1 % larger.
  static void scale(const View& view) {
    if (!view) return;
    if (view.dtype == DType::f64) *static_cast<double*>(view.data) *= 1.01;
    if (view.dtype == DType::f32) *static_cast<float*>(view.data) *= 1.01F;
  }

  Fault fault_;
  std::unique_ptr<AttentionBackend> sound_;
};

template <Crooked::Fault fault>
std::unique_ptr<AttentionBackend> crooked() {
  return std::make_unique<Crooked>(fault);
}

const bool registered =
    backends().add("crooked_none", crooked<Crooked::Fault::none>) && backends().add("crooked_output", crooked<Crooked::Fault::output>) &&
    backends().add("crooked_value", crooked<Crooked::Fault::value_gradient>) &&
    backends().add("crooked_term", crooked<Crooked::Fault::term_gradient>) && backends().add("crooked_mask", crooked<Crooked::Fault::mask>);

CheckRequest request(std::vector<std::string> backends, std::vector<std::string> variants = {}) {
  CheckRequest made;
  made.backends = std::move(backends);
  made.variants = std::move(variants);
  made.input_seed = static_cast<std::int64_t>(test_seed() % 1000);
  return made;
}

/// The tensors that failed, and nothing else about them.
std::set<std::string> failed(const std::vector<CheckNumber>& rows) {
  std::set<std::string> names;
  for (const CheckNumber& row : rows) {
    if (!row.skipped() && !row.passed) names.insert(row.tensor);
  }
  return names;
}

using Names = std::set<std::string>;

bool is_whole_layer(const std::string& variant) {
  const Variant* found = variants().find(variant);
  return found != nullptr && found->whole_layer;
}

TEST(CheckParity, SoundBackendsPassOnEveryVariantUnderEveryMask) {
  SCOPED_TRACE(seed_trace());
  const auto rows = check_parity(request({"eigen", "crooked_none"}));
  EXPECT_EQ(failed(rows), Names());
  Names variants, masks, kernels, tensors;
  for (const CheckNumber& row : rows) {
    if (is_whole_layer(row.variant)) {
      EXPECT_EQ(row.reason, row.variant + " is a whole layer: its gate and check golden compare it with its formula");
      continue;
    }
    EXPECT_FALSE(row.skipped()) << row.variant << " " << row.backend << ": " << row.reason;
    variants.insert(row.variant), masks.insert(row.masks), tensors.insert(row.tensor);
    if (row.backend == "eigen") kernels.insert(row.kernel);
    EXPECT_GT(row.bound, 0) << row.tensor;
  }
  EXPECT_TRUE(variants.contains("random+vanilla"));
  EXPECT_EQ(masks, (Names{"plain", "causal", "lengths", "causal+lengths", "decoding", "dropout", "tiles+causal"}));
  EXPECT_TRUE(kernels.contains("folded") && kernels.contains("fused"));
  EXPECT_TRUE(tensors.contains("out") && tensors.contains("lse") && tensors.contains("grad.term0.lhs"));
}

TEST(CheckParity, NamesWhatABrokenBackendGetsWrong) {
  SCOPED_TRACE(seed_trace());
  EXPECT_EQ(failed(check_parity(request({"crooked_output"}, {"vanilla"}))), Names{"out"});
  EXPECT_EQ(failed(check_parity(request({"crooked_value"}, {"dense"}))), Names{"grad.value"});
  EXPECT_EQ(failed(check_parity(request({"crooked_term"}, {"R"}))), Names{"grad.term0.lhs"});
  for (const CheckNumber& row : check_parity(request({"crooked_mask"}, {"random"}))) {
    if (row.tensor == "out") {
      EXPECT_EQ(row.passed, row.masks == "plain" || row.masks == "lengths") << row.masks;
    }
  }
}

TEST(CheckGrad, SoundBackendsPassInBothDtypes) {
  SCOPED_TRACE(seed_trace());
  const auto rows = check_gradients(request({"eigen", "reference"}));
  EXPECT_EQ(failed(rows), Names());
  double largest = 0;
  for (const CheckNumber& row : rows) {
    if (is_whole_layer(row.variant)) continue;
    EXPECT_TRUE(row.tensor.starts_with("grad.")) << row.tensor;
    if (row.dtype == "f64") largest = std::max(largest, row.bound);
  }
  EXPECT_LT(largest, 1e-8) << "differences that are off by more say nothing";
}

TEST(CheckGrad, FindsAWrongBackwardAndLooksAtNothingElse) {
  SCOPED_TRACE(seed_trace());
  // One entry of three hundred is 1 % off: it is moved for some seed, since the entries are drawn.
  Names found;
  for (std::int64_t seed = 1; seed <= 40 && found.empty(); ++seed) {
    CheckRequest wanted = request({"crooked_term"}, {"factorized_random"});
    wanted.input_seed = seed;
    found = failed(check_gradients(wanted));
  }
  EXPECT_EQ(found, Names{"grad.term0.lhs"});
  EXPECT_EQ(failed(check_gradients(request({"crooked_output"}, {"vanilla"}))), Names()) << "outputs are check parity's";
}

TEST(CheckSeed, RepeatsAndMovesTheNumbers) {
  const auto numbers = [](std::int64_t seed) {
    CheckRequest wanted = request({"eigen"}, {"vanilla"});
    wanted.input_seed = seed;
    std::vector<double> values;
    for (const CheckNumber& row : check_parity(wanted)) values.push_back(row.value);
    return values;
  };
  EXPECT_EQ(numbers(3), numbers(3));
  EXPECT_NE(numbers(3), numbers(4));
}

TEST(CheckRequestWords, AreRefusedWithTheNearest) {
  EXPECT_THROW(check_parity(request({"eigne"})), UserError);
  EXPECT_THROW(check_parity(request({"eigen"}, {"vanila"})), UserError);
}

TEST(CheckParity, ADtypeThatNoKernelHasIsARowWithTheReason) {
  CheckRequest half = request({"eigen"}, {"vanilla"});
  half.dtypes = {DType::bf16};
  const auto rows = check_parity(half);
  ASSERT_EQ(rows.size(), 1u) << "not one for every mask";
  EXPECT_EQ(rows[0].reason, "value is bf16; eigen computes in f32 and f64");
}

TEST(CheckSupport, CoversEveryVariantBackendDtypeAndDirectionWithAReasonWhereItIsEmpty) {
  const auto rows = check_support({});
  std::set<std::tuple<std::string, std::string, std::string, std::string>> seen;
  for (const Support& row : rows) {
    EXPECT_TRUE(seen.emplace(row.variant, row.backend, row.dtype, row.direction).second);
    EXPECT_EQ(row.supported, row.reason.empty()) << row.variant << " " << row.backend << " " << row.dtype;
    EXPECT_EQ(row.supported, !row.kernel.empty());
    if (row.backend == "eigen") {
      EXPECT_EQ(row.supported, (row.dtype == "f32" || row.dtype == "f64") && !refusal(row.variant, "eigen")) << row.variant;
    }
    if (row.backend == "torch") {
      EXPECT_EQ(row.reason, "synthbench-torch has it, which is not here");
    }
  }
  for (const std::string& variant : variants().names()) {
    for (const std::string& backend : known_backends().names()) EXPECT_TRUE(seen.contains({variant, backend, "bf16", "fwdbwd"}));
  }
}

}  // namespace
}  // namespace synthbench
