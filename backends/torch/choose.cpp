#include "backends/torch/choose.h"

#include <algorithm>

#include "backends/torch/gpu_memory.h"

namespace synthbench::aten {
namespace {

std::string refusal(const AttentionCall& call) {
  if (call.value.place == Place::cuda && !reaches_gpu()) return "value is on a GPU; LibTorch reaches none here";
  return {};
}

bool any_of_kind(const AttentionCall& call, TermKind kind) {
  return std::any_of(call.terms.begin(), call.terms.end(), [&](const LogitTerm& term) { return term.kind == kind; });
}

/// A table with rows of its own: the fused kernel takes it only as a mask.
bool has_full_table(const AttentionCall& call) {
  return std::any_of(call.terms.begin(), call.terms.end(),
                     [](const LogitTerm& term) { return term.kind == TermKind::table && term.lhs.stride.row != 0; });
}

/// Which of the folded kernels: on the host products of single samples cost less than laying the samples side by side while P is small, of a
/// head up to 256 KB of f32 on one thread, 1 MB on several. Above that one thread does better to work a whole head off before the next.
Kernel folded_kernel(const AttentionCall& call) {
  if (call.value.place != Place::host) return Kernel::folded;
  const CallShape s = shape_of(call);
  const bool alone = call.threads == 1;
  if (s.queries * s.keys <= (alone ? 1 << 16 : 1 << 18)) return Kernel::folded_by_sample;
  return alone ? Kernel::folded_by_head : Kernel::folded;
}

}  // namespace

Pick pick_fastest(const AttentionCall& call) {
  if (std::string reason = refusal(call); !reason.empty()) return {Kernel::none, std::move(reason)};
  if (call.dropout.rate > 0) return {Kernel::eager, {}};  // the fused kernel draws its own numbers
  const bool no_fused_kernel = call.value.place == Place::cuda && call.value.dtype == DType::f64;
  const bool fusable = !any_of_kind(call, TermKind::tiled) && !no_fused_kernel;
  const bool product_alone = fusable && !has_full_table(call);
  if (batch_independent(call) && (call.value.shape.batch > 1 || !product_alone)) return {folded_kernel(call), {}};
  if (product_alone) return {Kernel::sdpa, {}};
  if (fusable) return {Kernel::sdpa_bias, {}};
  const bool in_blocks = call.mask.causal && call.value.place == Place::host;
  return {in_blocks ? Kernel::eager_by_rows : Kernel::eager, {}};  // tiled logits are no product
}

Pick pick_eager(const AttentionCall& call) {
  if (std::string reason = refusal(call); !reason.empty()) return {Kernel::none, std::move(reason)};
  return {Kernel::eager, {}};
}

std::string_view name(Kernel kernel) {
  switch (kernel) {
    case Kernel::none: return "";
    case Kernel::sdpa: return "sdpa";
    case Kernel::sdpa_bias: return "sdpa_bias";
    case Kernel::folded: return "folded";
    case Kernel::folded_by_sample: return "folded_by_sample";
    case Kernel::folded_by_head: return "folded_by_head";
    case Kernel::eager: return "eager";
    case Kernel::eager_by_rows: return "eager_by_rows";
  }
  return "";
}

}  // namespace synthbench::aten
