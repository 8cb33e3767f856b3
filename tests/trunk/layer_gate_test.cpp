// The gate of whole layers lets right ones through and stops wrong ones, forward and backward.
#include "harness/trunk/layer_gate.h"

#include <gtest/gtest.h>

#include "ablations/resolve.h"
#include "ablations/variants/gated_convolution.h"
#include "harness/check/plain_layer.h"
#include "harness/measure/gate.h"
#include "harness/trunk/layer.h"
#include "harness/trunk/training.h"
#include "tests/harness/record_capture.h"
#include "tests/test_seed.h"

namespace synthbench {
namespace {

using torch::Tensor;

/// lightconv under another name, with something wrong in it.
class Crooked final : public Layer {
 public:
  enum class Fault : std::uint8_t { none, output, gradient, future };
  Crooked(const LayerPlan& plan, Fault fault) : fault_(fault) {
    LayerPlan sound = plan;
    sound.variant = "lightconv";
    sound_ = make_layer(sound);
    for (const auto& p : sound_->named_parameters()) register_parameter(p.key(), p.value());
  }
  Tensor forward(const Tensor& x, AttentionBackend& backend, const AttendOptions& options) override {
    AttendOptions changed = options;
    if (fault_ == Fault::future) changed.causal = false;
    Tensor y = sound_->forward(x, backend, changed);
    if (fault_ == Fault::output) y = 1.001 * y;
    if (fault_ == Fault::gradient) y = y - 0.001 * (y - y.detach());  // the same numbers, other slopes
    return y;
  }
  AttentionBackend::Choice choose(const Tensor& x, const AttentionBackend& backend, const AttendOptions& options) override {
    return sound_->choose(x, backend, options);
  }
  Tensor extend(const Tensor& x, DecodeCache& cache, AttentionBackend& backend, const AttendOptions& options) override {
    return sound_->extend(x, cache, backend, options);
  }

 private:
  Fault fault_;
  std::shared_ptr<Layer> sound_;
};

bool add_crooked(const std::string& name, Crooked::Fault fault) {
  return variants().add(name, {.summary = "for this test alone",
                               .keys = {"dense_bias"},
                               .spec = [](const LayerConfig& c) { return gated_convolution(c, false); },
                               .whole_layer = true}) &&
         whole_layers().add(name, [fault](const LayerPlan& plan) { return std::make_shared<Crooked>(plan, fault); }) &&
         plain_layers().add(name, plain_layers().at("lightconv"));
}

/// What the gate says about a cell: "" when it lets it through.
std::string gate(const Json& said, const RecordCapture&) {
  Json whole = {{"scope", "layer"}, {"backend", "torch"}, {"causal", true}, {"batch", 3}, {"heads", 4}, {"d_model", 32}, {"seq_len", 300}};
  whole.update(said);
  WorkerOrder order;
  order.config = resolve(whole);
  order.seed = static_cast<std::int64_t>(test_seed() >> 1);
  order.threads = 1;
  const auto backend = backends().at(order.config.text("backend"))();
  const auto layer = make_layer({order.config.text("variant"), order.config.layer(), Initialiser(1, scalar_type_of(order.config))});
  AttendOptions options;
  options.causal = order.config.flag("causal");
  const Tensor x = torch::zeros({3, 300, 32}, scalar_type_of(order.config)).requires_grad_();
  try {
    gate_layer(order, *backend, layer->choose(x, *backend, options).kernel, RecordWriter());
  } catch (const GateFailed& failed) {
    return failed.what();
  }
  return "";
}

TEST(LayerGate, LetsEveryWholeLayerThroughInBothDtypesAndDirections) {
  SCOPED_TRACE(seed_trace());
  for (const char* variant : {"dynconv", "lightconv", "linformer", "mlp_mixer"}) {
    const WholeLayer whole = *variants().at(variant).spec({.max_len = 1}).whole;
    for (const char* dtype : {"f32", "f64"}) {
      for (const char* direction : {"fwd", "fwdbwd"}) {
        const RecordCapture capture;
        const Json said = {{"variant", variant},
                           {"dtype", dtype},
                           {"direction", direction},
                           {"causal", whole.causal_form},
                           {"key_lengths", whole.padding ? "random" : "full"}};
        EXPECT_EQ(gate(said, capture), "");
        const std::size_t checks = capture.records("check").size();
        EXPECT_EQ(checks > 1, std::string(direction) == "fwdbwd") << variant << ": " << checks << " tensors";
        for (const Json& check : capture.records("check")) EXPECT_TRUE(check.at("passed").get<bool>()) << check;
      }
    }
  }
}

TEST(LayerGate, LetsLinformerThroughOnBackendsThatAreNotLibTorch) {
  SCOPED_TRACE(seed_trace());
  for (const char* backend : {"eigen", "reference"}) {
    const RecordCapture capture;
    EXPECT_EQ(gate({{"variant", "linformer"}, {"backend", backend}, {"causal", false}}, capture), "");
  }
}

TEST(LayerGate, StopsWhatIsOneInAThousandOffOrSeesTheFuture) {
  SCOPED_TRACE(seed_trace());
  using Fault = Crooked::Fault;
  ASSERT_TRUE(add_crooked("conv_none", Fault::none) && add_crooked("conv_output", Fault::output) &&
              add_crooked("conv_gradient", Fault::gradient) && add_crooked("conv_future", Fault::future));
  const RecordCapture capture;
  EXPECT_EQ(gate({{"variant", "conv_none"}}, capture), "");
  EXPECT_NE(gate({{"variant", "conv_output"}}, capture).find(" y off by"), std::string::npos);
  const std::string wrong_slopes = gate({{"variant", "conv_gradient"}}, capture);
  EXPECT_NE(wrong_slopes.find("grad.w_in off by"), std::string::npos) << wrong_slopes;
  EXPECT_EQ(wrong_slopes.find(" y off by"), std::string::npos) << wrong_slopes;
  EXPECT_EQ(gate({{"variant", "conv_gradient"}, {"direction", "fwd"}}, capture), "") << "a cell without backward needs no gradient";
  EXPECT_NE(gate({{"variant", "conv_future"}}, capture), "");
  EXPECT_EQ(gate({{"variant", "conv_future"}, {"causal", false}}, capture), "");
}

}  // namespace
}  // namespace synthbench
