// backends/eigen/eigen_backend.cpp
// The readable CPU backend: attention in Eigen's own expressions.
//
// Kernels (kernels.h):
//   naive    the (N,M) logits of a head as one matrix; tiny calls, and documentation
//   fused    tiles of logits, running softmax; every other call
//   folded   exponentials once per head, the batch folded into the columns of V; calls whose logits the batch shares
#include <fmt/format.h>

#include "backends/core/pick.h"
#include "backends/eigen/kernels.h"

namespace synthbench {
namespace {

enum class Kernel : std::uint8_t { none, naive, fused, folded };

/// A head of so few logits is one small tile: then tiling only costs.
constexpr std::int64_t kTinyHead = 256;

/// The one place that decides.
Pick<Kernel> pick(const AttentionCall& call) {
  const DType dtype = call.value.dtype;
  if (call.value.place != Place::host) return {Kernel::none, {}, "value is on the GPU; eigen computes on the host"};
  if (dtype != DType::f32 && dtype != DType::f64) {
    return {Kernel::none, {}, fmt::format("value is {}; eigen computes in f32 and f64", name(dtype))};
  }
  const CallShape s = shape_of(call);
  if (s.queries * s.keys <= kTinyHead) return {Kernel::naive, "naive", {}};
  if (s.batch > 1 && batch_independent(call)) return {Kernel::folded, "folded", {}};
  return {Kernel::fused, "fused", {}};
}

class EigenBackend final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall& call) const override { return pick(call).choice("optimised"); }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    call.value.dtype == DType::f64 ? forward_in<double>(call, outputs) : forward_in<float>(call, outputs);
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                   const AttentionGrads& grads) override {
    call.value.dtype == DType::f64 ? backward_in<double>(call, outputs, grad_out, grads)
                                   : backward_in<float>(call, outputs, grad_out, grads);
  }

  template <typename T>
  void forward_in(const AttentionCall& call, const AttentionOutputs& outputs) {
    switch (pick(call).kernel) {
      case Kernel::none: return;  // refused before
      case Kernel::naive: return eigen::naive_forward<T>(call, outputs, machine_);
      case Kernel::fused: return eigen::fused_forward<T>(call, outputs, machine_);
      case Kernel::folded: return eigen::folded_forward<T>(call, outputs, machine_);
    }
  }

  template <typename T>
  void backward_in(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
    switch (pick(call).kernel) {
      case Kernel::none: return;
      case Kernel::naive: return eigen::naive_backward<T>(call, outputs, grad_out, grads, machine_);
      case Kernel::fused: return eigen::fused_backward<T>(call, outputs, grad_out, grads, machine_);
      case Kernel::folded: return eigen::folded_backward<T>(call, outputs, grad_out, grads, machine_);
    }
  }

  eigen::Machine machine_;
};

const bool registered = backends().add("eigen", [] { return std::unique_ptr<AttentionBackend>(std::make_unique<EigenBackend>()); });
const bool known = known_backends().add("eigen", {"CPU, tiled and batch-folded kernels in Eigen expressions, f32 and f64", false});

}  // namespace
}  // namespace synthbench
