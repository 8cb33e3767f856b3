// Linformer: an attention call of N queries against `rank` learned sums of keys and values (ablations/variants/linformer.cpp).
#include <cmath>

#include "harness/trunk/positions.h"
#include "harness/trunk/whole_layer_module.h"

namespace synthbench {
namespace {

using torch::Tensor;

class Linformer final : public WholeLayerModule {
 public:
  using WholeLayerModule::WholeLayerModule;

 private:
  struct Call {
    std::vector<TermTensors> terms;
    Tensor value;           ///< (B,H,k,dh)
    AttendOptions options;  ///< no masks: padding is gone, and every row of kbar counts
  };

  Tensor in_heads(const Tensor& t) const { return t.unflatten(2, {config().heads, config().head_dim}).transpose(1, 2); }

  Call call_of(const Tensor& x, const AttendOptions& options) const {
    const Tensor shrink = weight("proj").narrow(0, 0, x.size(1)).t();  // (k,N)
    const auto shortened = [&](const char* name) {                     // (B,H,k,dh)
      return in_heads(torch::matmul(shrink, without_padding(torch::matmul(x, weight(name)), options.key_lengths)));
    };
    const double scale = 1.0 / std::sqrt(static_cast<double>(config().head_dim));
    Call call;
    call.terms = {{TermKind::inner, scale, in_heads(torch::matmul(x, weight("w_q"))), shortened("w_k")}};
    call.value = shortened("w_v");
    call.options.threads = options.threads;
    call.options.dropout = options.dropout;
    return call;
  }

  Tensor run(const Tensor& x, AttentionBackend& backend, const AttendOptions& options) const override {
    const Call call = call_of(x, options);
    const Tensor out = attend(backend, call.terms, call.value, x.size(1), call.options);
    return torch::matmul(out.transpose(1, 2).flatten(2), weight("w_o"));
  }

  AttentionBackend::Choice kernel(const Tensor& x, const AttentionBackend& backend, const AttendOptions& options) const override {
    const Call call = call_of(x, options);
    return choose_kernel(backend, call.terms, call.value, x.size(1), call.options);
  }
};

const bool registered = whole_layers().add("linformer", [](const LayerPlan& plan) { return std::make_shared<Linformer>(plan); });

}  // namespace
}  // namespace synthbench
