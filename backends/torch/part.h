#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "backends/core/attention.h"

// Compositions on parts of a call, one after the other: what one step writes the next finds in the cache, and rows of causal calls
// need not meet the keys that they may not see.

namespace synthbench::aten {

/// Consecutive places along an axis.
struct Span {
  std::int64_t first = 0, count = 0;
};

/// Heads and queries of a call, and how many of the leading keys these see at most.
struct Part {
  Span heads, queries;
  std::int64_t keys = 0;
};

/// The same memory, fewer heads and rows. Window: View or ConstView.
template <typename Window>
Window window_of(Window window, const Span& heads, const Span& rows) {
  if (!window) return window;
  using Byte = std::conditional_t<std::is_same_v<Window, View>, std::byte, const std::byte>;
  const std::int64_t skipped = offset(window.stride, 0, heads.first, rows.first, 0);
  window.data = static_cast<Byte*>(window.data) + skipped * static_cast<std::int64_t>(size_of(window.dtype));
  window.shape.head = heads.count;
  window.shape.row = rows.count;
  return window;
}

/// One side of a term, or its gradient. P of tiled terms is how many columns lhs has.
template <typename Window>
Window lhs_of(TermKind kind, const Window& lhs, const Part& part) {
  Window window = window_of(lhs, part.heads, part.queries);
  if (kind == TermKind::table) window.shape.col = part.keys;
  return window;
}
template <typename Window>
Window rhs_of(const LogitTerm& term, const Window& rhs, const Part& part) {
  if (term.kind == TermKind::inner) return window_of(rhs, part.heads, Span{0, part.keys});
  Window window = window_of(rhs, part.heads, part.queries);
  if (term.kind == TermKind::tiled) window.shape.col = (part.keys + term.lhs.shape.col - 1) / term.lhs.shape.col;
  return window;
}

/// A call without dropout (its hash counts heads and rows) as a part of it sees it.
class PartialCall {
 public:
  PartialCall(const AttentionCall& call, const Part& part) : terms_(call.terms.begin(), call.terms.end()), call_(call) {
    for (LogitTerm& term : terms_) {
      term.rhs = rhs_of(term, term.rhs, part);
      term.lhs = lhs_of(term.kind, term.lhs, part);
    }
    call_.terms = terms_;
    call_.value = window_of(call.value, part.heads, {0, part.keys});
    call_.mask.query_offset += part.queries.first;
  }
  PartialCall(const PartialCall&) = delete;
  const AttentionCall& call() const { return call_; }

 private:
  std::vector<LogitTerm> terms_;
  AttentionCall call_;
};

/// What a part adds to: a gradient that parts share is theirs in turn.
class PartialGrads {
 public:
  PartialGrads(const AttentionCall& call, const AttentionGrads& grads, const Part& part) {
    for (std::size_t t = 0; t < grads.terms.size(); ++t) {
      const LogitTerm& term = call.terms[t];
      terms_.push_back({lhs_of(term.kind, grads.terms[t].lhs, part), rhs_of(term, grads.terms[t].rhs, part)});
    }
    grads_ = {terms_, window_of(grads.value, part.heads, {0, part.keys})};
  }
  PartialGrads(const PartialGrads&) = delete;
  const AttentionGrads& grads() const { return grads_; }

 private:
  std::vector<AttentionGrads::Term> terms_;
  AttentionGrads grads_;
};

inline AttentionOutputs part_of(const AttentionOutputs& outputs, const Part& part) {
  return {window_of(outputs.out, part.heads, part.queries), window_of(outputs.lse, part.heads, part.queries)};
}

/// Blocks of rows of all heads where causality hides many keys (on the host), else the call as one part.
std::vector<Part> by_rows(const AttentionCall& call);
/// The same of one head after the other.
std::vector<Part> by_head(const AttentionCall& call);

template <std::vector<Part> (*split)(const AttentionCall&), void (*forward)(const AttentionCall&, const AttentionOutputs&)>
void forward_in_parts(const AttentionCall& call, const AttentionOutputs& outputs) {
  for (const Part& part : split(call)) forward(PartialCall(call, part).call(), part_of(outputs, part));
}

template <std::vector<Part> (*split)(const AttentionCall&),
          void (*backward)(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&)>
void backward_in_parts(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  for (const Part& part : split(call)) {
    backward(PartialCall(call, part).call(), part_of(outputs, part), window_of(grad_out, part.heads, part.queries),
             PartialGrads(call, grads, part).grads());
  }
}

}  // namespace synthbench::aten
