// The gate lets right kernels through and stops wrong ones, forward and backward.
#include "harness/measure/gate.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "harness/check/plain.h"
#include "harness/measure/cell_problem.h"
#include "tests/harness/plans.h"
#include "tests/harness/record_capture.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

/// A backend with the first few numbers of one tensor changed, by a share of themselves.
class Tampered final : public AttentionBackend {
 public:
  enum class What : std::uint8_t { nothing, out, lse, grad_value, grad_lhs };
  Tampered(const std::string& backend, What what, double share) : inner_(backends().at(backend)()), what_(what), share_(share) {}
  Choice choose(const AttentionCall& call) const override { return inner_->choose(call); }

 private:
  static constexpr std::size_t kFew = 16;  // one alone may be next to nothing

  template <typename Number>
  void change(Number* numbers) const {
    for (std::size_t k = 0; k < kFew; ++k) numbers[k] += static_cast<Number>(share_) * numbers[k];
  }
  void change(const View& view) const {
    view.dtype == DType::f64 ? change(static_cast<double*>(view.data)) : change(static_cast<float*>(view.data));
  }
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    inner_->forward(call, outputs);
    if (what_ == What::out) change(outputs.out);
    if (what_ == What::lse) change(outputs.lse);
  }
  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    inner_->backward(call, outputs, grad_out, grads);
    if (what_ == What::grad_value) change(grads.value);
    if (what_ == What::grad_lhs) change(grads.terms[0].lhs);
  }

  std::unique_ptr<AttentionBackend> inner_;
  What what_;
  double share_;
};

/// What the gate says about a cell: "" when it lets it through.
std::string gate(const Config& config, Tampered::What what, double share = 0.01) {
  WorkerOrder order;
  order.config = config;
  order.seed = static_cast<std::int64_t>(test_seed() >> 1);
  const auto backend = std::make_unique<Tampered>(config.text("backend"), what, share);
  const std::string kernel = backend->choose(problem_of(config, order.seed).call()).kernel;
  try {
    gate_attention(order, *backend, kernel, RecordWriter());
  } catch (const GateFailed& failed) {
    return failed.what();
  }
  return "";
}

TEST(Gate, LetsEveryVariantOnEveryCpuBackendThrough) {
  SCOPED_TRACE(seed_trace());
  for (const auto& [variant, described] : variants()) {
    if (described.whole_layer) continue;  // no call of attention: tests/trunk/whole_layers_test.cpp
    for (const char* backend : {"eigen", "reference"}) {
      for (const char* dtype : {"f32", "f64"}) {
        for (const char* length : {"1", "16", "77"}) {
          const RecordCapture capture;
          const Config config = config_of(
              {{"variant", variant}, {"backend", backend}, {"dtype", dtype}, {"seq_len", length}, {"batch", "3"}, {"causal", "true"}});
          EXPECT_EQ(gate(config, Tampered::What::nothing), "") << variant << " " << backend << " " << dtype << " " << length;
          for (const Json& check : capture.records("check")) EXPECT_TRUE(check.at("passed").get<bool>()) << check;
        }
      }
    }
  }
}

TEST(Gate, StopsOnePerCentInAFewNumbersOfAnyTensor) {
  SCOPED_TRACE(seed_trace());
  using What = Tampered::What;
  const Config config = config_of({{"variant", "vanilla"}, {"seq_len", "77"}});
  for (const auto& [what, tensor] :
       {std::pair{What::out, "out"}, {What::lse, "lse"}, {What::grad_value, "grad.value"}, {What::grad_lhs, "grad.term0.lhs"}}) {
    const RecordCapture capture;
    const std::string reason = gate(config, what);
    EXPECT_NE(reason.find(std::string(tensor) + " off by"), std::string::npos) << tensor << ": '" << reason << "'";
    int failed = 0;
    for (const Json& check : capture.records("check")) {
      const bool passed = check.at("passed");
      failed += !passed;
      if (check.at("tensor") == tensor) {
        EXPECT_FALSE(passed) << check;
      }
    }
    const bool gradient = what == What::grad_value || what == What::grad_lhs;  // what backward starts from spoils all of it
    EXPECT_EQ(failed == 1, gradient) << tensor << ": " << failed << " tensors fail";
  }
}

TEST(Gate, StopsAWrongGradientOfALearnedTable) {
  SCOPED_TRACE(seed_trace());
  const RecordCapture capture;
  EXPECT_NE(gate(config_of({{"variant", "random"}, {"seq_len", "48"}, {"batch", "4"}}), Tampered::What::grad_lhs), "");
}

TEST(Gate, ChecksNoGradientOfAForwardCell) {
  SCOPED_TRACE(seed_trace());
  const RecordCapture capture;
  EXPECT_EQ(gate(config_of({{"variant", "vanilla"}, {"seq_len", "40"}, {"direction", "fwd"}}), Tampered::What::grad_value), "");
  for (const Json& check : capture.records("check")) EXPECT_FALSE(check.at("tensor").get<std::string>().starts_with("grad")) << check;
}

TEST(Gate, TheTwinOfALongCellIsShortAndRunsTheSameKernel) {
  SCOPED_TRACE(seed_trace());
  for (const char* variant : {"vanilla", "random", "dense", "factorized_dense"}) {
    const RecordCapture capture;
    const Config config = config_of({{"variant", variant}, {"seq_len", "2048"}, {"batch", "2"}, {"d_model", "32"}});
    EXPECT_EQ(gate(config, Tampered::What::nothing), "");
    ASSERT_FALSE(capture.records("check").empty());
    EXPECT_NE(capture.records("check").front().at("detail").get<std::string>().find("N289"), std::string::npos)
        << capture.records("check").front();
  }
}

TEST(Gate, RandomKeyLengthsAreGatedToo) {
  SCOPED_TRACE(seed_trace());
  const RecordCapture capture;
  const Config config = config_of({{"variant", "dense+vanilla"}, {"seq_len", "50"}, {"batch", "5"}, {"key_lengths", "random"}});
  EXPECT_EQ(gate(config, Tampered::What::nothing), "");
  EXPECT_NE(gate(config, Tampered::What::out), "");
}

TEST(Gate, TheTwinOfABandIsABand) {
  const auto window_of_twin = [](const char* window, const char* length) {
    const Config config = config_of({{"variant", "local"}, {"window", window}, {"seq_len", length}});
    return shrunk(config, 2, 2, 33).integer("window");
  };
  EXPECT_EQ(window_of_twin("64", "1024"), 2);
  EXPECT_EQ(window_of_twin("512", "1024"), 16);
  EXPECT_EQ(window_of_twin("1", "1024"), 1);
  EXPECT_EQ(window_of_twin("64", "64"), 64) << "nothing was hidden, nothing is";
}

/// What is timed lies in memory as the cell's scope has it, and so does what is checked.
TEST(Gate, HeadsLieAsWhereTheyAreTimed) {
  for (const char* scope : {"attend", "layer"}) {
    const Config config = config_of({{"variant", "vanilla"}, {"seq_len", "21"}, {"scope", scope}});
    const std::int64_t heads = config.integer("heads"), width = config.integer("head_dim");
    ASSERT_GT(heads, 1);
    const Problem problem = problem_of(config, 5);
    const std::int64_t row = std::string_view(scope) == "attend" ? width : heads * width;
    EXPECT_EQ(problem.call().value.stride.row, row) << scope;
    EXPECT_EQ(problem.call().terms[0].lhs.stride.row, row) << scope;
    EXPECT_EQ(problem.outputs().out.stride.row, row) << scope;
  }
  Json on_gpu = config_of({{"variant", "vanilla"}}).json();
  on_gpu["device"] = "cuda";
  EXPECT_EQ(problem_of(Config(on_gpu), 5).call().value.stride.row, on_gpu["d_model"]) << "as a GPU's fused kernels take them";
}

/// The yardstick itself: near the oracle in f64, and about a rounding away in f32.
TEST(PlainComposition, IsTheOracleUpToRounding) {
  SCOPED_TRACE(seed_trace());
  const Config config =
      config_of({{"variant", "factorized_dense+random+vanilla"}, {"seq_len", "21"}, {"dtype", "f64"}, {"batch", "2"}, {"causal", "true"}});
  Problem plain = problem_of(config, 5), truth = plain.as(DType::f64);
  const auto both = [](AttentionBackend& backend, Problem& problem) {
    backend.forward(problem.call(), problem.outputs());
    backend.backward(problem.call(), problem.outputs(), problem.grad_out(), problem.grads());
  };
  both(*plain_composition(), plain);
  both(*backends().at("reference")(), truth);
  for (const std::string& tensor : plain.results()) {
    const auto got = plain.read(tensor), wanted = truth.read(tensor);
    for (std::size_t k = 0; k < got.size(); ++k) ASSERT_NEAR(got[k], wanted[k], 1e-12 * (1 + std::abs(wanted[k]))) << tensor << " " << k;
  }
}

}  // namespace
}  // namespace synthbench
