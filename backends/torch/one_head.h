#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

#include "backends/core/attention.h"

namespace synthbench::aten {

/// One head of a window (View or ConstView): the same memory, head extent 1.
template <typename Window>
Window of_head(Window window, std::int64_t head) {
  using Byte = std::conditional_t<std::is_same_v<Window, View>, std::byte, const std::byte>;
  const auto skipped = static_cast<std::size_t>(head * window.stride.head) * size_of(window.dtype);
  if (window) window.data = static_cast<Byte*>(window.data) + skipped;
  window.shape.head = 1;
  return window;
}

inline AttentionOutputs of_head(const AttentionOutputs& outputs, std::int64_t head) {
  return {of_head(outputs.out, head), of_head(outputs.lse, head)};
}

/// A call without dropout (its hash counts heads) as one of its heads sees it.
class CallOfHead {
 public:
  CallOfHead(const AttentionCall& call, std::int64_t head) : terms_(call.terms.begin(), call.terms.end()), call_(call) {
    for (LogitTerm& term : terms_) term = {term.kind, term.scale, of_head(term.lhs, head), of_head(term.rhs, head)};
    call_.terms = terms_;
    call_.value = of_head(call.value, head);
  }
  CallOfHead(const CallOfHead&) = delete;
  const AttentionCall& call() const { return call_; }

 private:
  std::vector<LogitTerm> terms_;
  AttentionCall call_;
};

/// What one head adds to: a gradient that heads share is theirs in turn.
class GradsOfHead {
 public:
  GradsOfHead(const AttentionGrads& grads, std::int64_t head) {
    for (const AttentionGrads::Term& term : grads.terms) terms_.push_back({of_head(term.lhs, head), of_head(term.rhs, head)});
    grads_ = {terms_, of_head(grads.value, head)};
  }
  GradsOfHead(const GradsOfHead&) = delete;
  const AttentionGrads& grads() const { return grads_; }

 private:
  std::vector<AttentionGrads::Term> terms_;
  AttentionGrads grads_;
};

}  // namespace synthbench::aten
