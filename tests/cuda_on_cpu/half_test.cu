// bf16 and f16 storage: operands and results are rounded, the arithmetic between is float's. The truth is float64 on the same
// rounded operands, so what is left is the rounding of what is written, and of `out` where backward reads it: two roundings. Tensor cores
// also multiply P and dS in 16 bits, as the plain composition does: their error may be twice its.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "backends/core/accuracy.h"
#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/numbers.cuh"
#include "harness/check/plain.h"
#include "tests/backends/seam_problem.h"
#include "tests/cuda_on_cpu/backends_under_test.h"

namespace synthbench {
namespace {

/// A float64 problem whose operands are representable in T, and its twin stored in T.
template <typename T>
class HalfProblem {
 public:
  HalfProblem(const SeamCase& seam, DType dtype) : wide_(seam, DType::f64, Arrangement::dense, test_seed()), dtype_(dtype) {
    terms_.assign(wide_.call().terms.begin(), wide_.call().terms.end());
    grad_terms_.resize(terms_.size());
    call_ = wide_.call();
    narrow("value", call_.value);
    for (std::size_t t = 0; t < terms_.size(); ++t) {
      const std::string prefix = "term" + std::to_string(t) + ".";
      narrow(prefix + "lhs", terms_[t].lhs);
      if (terms_[t].rhs) narrow(prefix + "rhs", terms_[t].rhs);
    }
    call_.terms = terms_;
    grad_out_ = wide_.grad_out();
    narrow("grad_out", grad_out_);
  }

  const AttentionCall& call() const { return call_; }
  Results truth() { return wide_.run(*backends().at("reference")()); }

  Results run(AttentionBackend& backend) {
    AttentionOutputs outputs = wide_.outputs();
    AttentionGrads grads = wide_.grads();
    place("out", outputs.out, NAN);
    std::vector<float> lse(wide_.get("lse").size(), NAN);
    outputs.lse.data = lse.data();
    outputs.lse.dtype = DType::f32;
    place("grad.value", grads.value, 0.0f);
    for (std::size_t t = 0; t < terms_.size(); ++t) {
      const std::string prefix = "grad.term" + std::to_string(t) + ".";
      grad_terms_[t] = grads.terms[t];
      place(prefix + "lhs", grad_terms_[t].lhs, 0.0f);
      if (grad_terms_[t].rhs) place(prefix + "rhs", grad_terms_[t].rhs, 0.0f);
    }
    grads.terms = grad_terms_;
    backend.forward(call_, outputs);
    backend.backward(call_, outputs, grad_out_, grads);
    Results all{{"lse", {lse.begin(), lse.end()}}};
    for (const auto& [tensor, memory] : stored_) {
      if (tensor != "out" && !tensor.starts_with("grad.")) continue;
      for (const T number : memory) all[tensor].push_back(cuda::load(number));
    }
    return all;
  }

 private:
  /// Rounds the operand, in the float64 problem too, and shows `view` the narrow copy. Both lie densely.
  void narrow(const std::string& tensor, ConstView& view) {
    std::vector<double> numbers = wide_.get(tensor);
    std::vector<T>& memory = stored_[tensor];
    memory.resize(numbers.size());
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      cuda::store(memory[k], static_cast<float>(numbers[k]));
      numbers[k] = cuda::load(memory[k]);
    }
    wide_.set(tensor, numbers);
    view.data = memory.data();
    view.dtype = dtype_;
  }

  void place(const std::string& tensor, View& view, float filling) {
    std::vector<T>& memory = stored_[tensor];
    memory.resize(wide_.get(tensor).size());
    for (T& number : memory) cuda::store(number, filling);
    view.data = memory.data();
    view.dtype = dtype_;
  }

  SeamProblem wide_;
  DType dtype_;
  std::map<std::string, std::vector<T>> stored_;
  std::vector<LogitTerm> terms_;
  std::vector<AttentionGrads::Term> grad_terms_;
  AttentionCall call_;
  ConstView grad_out_;
};

TEST(HalfStorage, ErrsByTheRoundingOfWhatIsStored) {
  SCOPED_TRACE(seed_trace());
  for (const std::string& name : cuda_backends()) {
    if (const auto reason = refuses_all(name)) GTEST_SKIP() << *reason;
    const auto backend = backends().at(name)();
    std::set<std::string> kernels;
    for (const DType dtype : {DType::bf16, DType::f16}) {
      for (const SeamCase& seam : chosen_cases()) {
        if (seam.batch * seam.heads * seam.queries * seam.keys > 20'000 || seam.logit_scale != 1.0) continue;
        SCOPED_TRACE(name + ", " + std::string(synthbench::name(dtype)) + ", " + seam.name);
        cuda::with_storage(dtype, [&]<typename T>(T) {
          HalfProblem<T> problem(seam, dtype);
          const std::string kernel = backend->choose(problem.call()).kernel;
          kernels.insert(kernel);
          const Results truth = problem.truth(), computed = problem.run(*backend);
          const Results plain = kernel == "wmma" ? problem.run(*plain_composition()) : Results();
          const double rounding = dtype == DType::bf16 ? 0x1p-9 : 0x1p-12;
          for (const auto& [tensor, exact] : truth) {
            double allowed = is_zero(exact) ? rounding : 2 * rounding;
            if (kernel == "wmma") allowed = std::max(allowed, error_bound(dtype, exact, error_norm(plain.at(tensor), exact), 1.0));
            EXPECT_LE(error_norm(computed.at(tensor), exact), allowed) << tensor << " by " << kernel;
          }
        });
      }
    }
    if (name == "cuda") {
      EXPECT_EQ(kernels, (std::set<std::string>{"folded", "tiled", "wmma"}));
    }
  }
}

TEST(HalfStorage, RoundsToNearestEven) {
  __nv_bfloat16 brain{};
  cuda::store(brain, 1.00390625f);  // half way between 1 and the next
  EXPECT_EQ(cuda::load(brain), 1.0f);
  cuda::store(brain, 1.01171875f);  // half way, the even one is above
  EXPECT_EQ(cuda::load(brain), 1.015625f);
  cuda::store(brain, NAN);
  EXPECT_TRUE(std::isnan(cuda::load(brain)));
  __half half{};
  cuda::store(half, 1.00048828125f);
  EXPECT_EQ(cuda::load(half), 1.0f);
  cuda::store(half, 70000.0f);
  EXPECT_TRUE(std::isinf(cuda::load(half)));
}

}  // namespace
}  // namespace synthbench
