// harness/check/plain.cpp
// The composition whose error is the yardstick. Matrices that it keeps (S, P, dP, dS, out, gradients) are in the call's dtype;
// sums within a product are in f32 where that is bf16 or f16, as on every device.
//
//   S (N,M) = sum_t scale_t term_t, masked      P = exp(S - max) / sum     out = (keep P) V
//   dV = (keep P)' dY     dP = keep (dY V')     dS = P (dP - rowsum(P dP))     then each side of each term
#include "harness/check/plain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <list>
#include <type_traits>
#include <vector>

#include "backends/core/dropout.h"
#include "backends/core/half.h"
#include "backends/core/mask.h"

namespace synthbench {
namespace {

using Index = std::int64_t;

/// What numbers kept as T are summed in.
template <typename T>
using Wide = std::conditional_t<std::is_same_v<T, double>, double, float>;

/// A number after it has been kept.
template <typename T>
Wide<T> kept_as(Wide<T> number) {
  return static_cast<Wide<T>>(static_cast<T>(number));
}

template <typename T>
Wide<T> at(const ConstView& view, Index b, Index h, Index i, Index j) {
  return static_cast<Wide<T>>(static_cast<const T*>(view.data)[offset(view.stride, b, h, i, j)]);
}

/// Gradients are summed wide; WideGrads rounds them once.
template <typename T>
void add(const View& view, Index b, Index h, Index i, Index j, T number) {
  if (view) static_cast<T*>(view.data)[offset(view.stride, b, h, i, j)] += number;
}

template <typename T>
Wide<T> term_value(const LogitTerm& term, Index b, Index h, Index i, Index j) {
  switch (term.kind) {
    case TermKind::inner: {
      Wide<T> sum = 0;
      for (Index c = 0; c < term.lhs.shape.col; ++c) sum += at<T>(term.lhs, b, h, i, c) * at<T>(term.rhs, b, h, j, c);
      return sum;
    }
    case TermKind::tiled: {
      const Index p = term.lhs.shape.col;
      return at<T>(term.lhs, b, h, i, j % p) * at<T>(term.rhs, b, h, i, j / p);
    }
    case TermKind::table: return at<T>(term.lhs, b, h, i, j);
  }
  return 0;
}

template <typename T>
Wide<T> logit(const AttentionCall& call, Index b, Index h, Index i, Index j) {
  Wide<T> sum = 0;
  for (const LogitTerm& term : call.terms) sum += static_cast<Wide<T>>(term.scale) * term_value<T>(term, b, h, i, j);
  return kept_as<T>(sum);
}

/// Adds the gradient of one logit to both sides of a term.
template <typename T>
void add_to_sides(const LogitTerm& term, const AttentionGrads::Term& grads, Wide<T> ds, Index b, Index h, Index i, Index j) {
  switch (term.kind) {
    case TermKind::inner:
      for (Index c = 0; c < term.lhs.shape.col; ++c) {
        add(grads.lhs, b, h, i, c, ds * at<T>(term.rhs, b, h, j, c));
        add(grads.rhs, b, h, j, c, ds * at<T>(term.lhs, b, h, i, c));
      }
      return;
    case TermKind::tiled: {
      const Index p = term.lhs.shape.col;
      add(grads.lhs, b, h, i, j % p, ds * at<T>(term.rhs, b, h, i, j / p));
      add(grads.rhs, b, h, i, j / p, ds * at<T>(term.lhs, b, h, i, j % p));
      return;
    }
    case TermKind::table: add(grads.lhs, b, h, i, j, ds); return;
  }
}

/// One row of probabilities, zeros where masked. Returns its log-sum-exp.
template <typename T>
Wide<T> probabilities(const AttentionCall& call, Index b, Index h, Index i, std::vector<Wide<T>>& p) {
  const KeyRange seen = visible_keys(call.mask, b, i, static_cast<Index>(p.size()));
  std::fill(p.begin(), p.end(), Wide<T>{0});
  if (seen.empty()) return -std::numeric_limits<Wide<T>>::infinity();
  const auto first = static_cast<std::size_t>(seen.begin), end = static_cast<std::size_t>(seen.end);
  for (std::size_t j = first; j < end; ++j) p[j] = logit<T>(call, b, h, i, static_cast<Index>(j));
  const Wide<T> most = *std::max_element(p.begin() + seen.begin, p.begin() + seen.end);
  Wide<T> sum = 0;
  for (std::size_t j = first; j < end; ++j) sum += p[j] = std::exp(p[j] - most);
  for (std::size_t j = first; j < end; ++j) p[j] = kept_as<T>(p[j] / sum);
  return most + std::log(sum);
}

template <typename T>
Wide<T> kept(const AttentionCall& call, Index b, Index h, Index i, Index j) {
  if (call.dropout.rate <= 0) return 1;
  const auto u = [](Index x) { return static_cast<std::uint64_t>(x); };
  return static_cast<Wide<T>>(dropout_factor(call.dropout.rate, call.dropout.seed, u(b), u(h), u(i), u(j)));
}

template <typename F>
void for_each_row(const CallShape& s, const F& row) {
  for (Index b = 0; b < s.batch; ++b) {
    for (Index h = 0; h < s.heads; ++h) {
      for (Index i = 0; i < s.queries; ++i) row(b, h, i);
    }
  }
}

template <typename T>
void plain_forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  const CallShape s = shape_of(call);
  std::vector<Wide<T>> p(static_cast<std::size_t>(s.keys));
  for_each_row(s, [&](Index b, Index h, Index i) {
    static_cast<Wide<T>*>(outputs.lse.data)[offset(outputs.lse.stride, b, h, i, 0)] = probabilities<T>(call, b, h, i, p);
    for (Index d = 0; d < s.width; ++d) {
      Wide<T> sum = 0;
      for (Index j = 0; j < s.keys; ++j) sum += kept<T>(call, b, h, i, j) * p[static_cast<std::size_t>(j)] * at<T>(call.value, b, h, j, d);
      static_cast<T*>(outputs.out.data)[offset(outputs.out.stride, b, h, i, d)] = static_cast<T>(sum);
    }
  });
}

template <typename T>
void plain_backward(const AttentionCall& call, const ConstView& grad_out, const AttentionGrads& grads) {
  const CallShape s = shape_of(call);
  std::vector<Wide<T>> p(static_cast<std::size_t>(s.keys)), dp(p.size());
  for_each_row(s, [&](Index b, Index h, Index i) {
    probabilities<T>(call, b, h, i, p);
    Wide<T> mean = 0;
    for (Index j = 0; j < s.keys; ++j) {
      const auto at_j = static_cast<std::size_t>(j);
      Wide<T> sum = 0;
      for (Index d = 0; d < s.width; ++d) {
        const Wide<T> dy = at<T>(grad_out, b, h, i, d);
        sum += dy * at<T>(call.value, b, h, j, d);
        add(grads.value, b, h, j, d, kept<T>(call, b, h, i, j) * p[at_j] * dy);
      }
      dp[at_j] = kept_as<T>(kept<T>(call, b, h, i, j) * sum);
      mean += p[at_j] * dp[at_j];
    }
    for (Index j = 0; j < s.keys; ++j) {
      const auto at_j = static_cast<std::size_t>(j);
      const Wide<T> ds = kept_as<T>(p[at_j] * (dp[at_j] - mean));
      for (std::size_t t = 0; t < call.terms.size(); ++t) {
        const LogitTerm& term = call.terms[t];
        add_to_sides<T>(term, grads.terms[t], static_cast<Wide<T>>(term.scale) * ds, b, h, i, j);
      }
    }
  });
}

/// Gradients of a call in T with f32 memory of their own; add() rounds them into those that were wanted.
template <typename T>
class WideGrads {
 public:
  explicit WideGrads(const AttentionGrads& narrow) : narrow_(narrow) {
    value_ = widened(narrow.value);
    for (const AttentionGrads::Term& term : narrow.terms) terms_.push_back({widened(term.lhs), widened(term.rhs)});
  }
  AttentionGrads grads() const { return {terms_, value_}; }
  void add() const {
    add(narrow_.value, value_);
    for (std::size_t t = 0; t < terms_.size(); ++t) add(narrow_.terms[t].lhs, terms_[t].lhs), add(narrow_.terms[t].rhs, terms_[t].rhs);
  }

 private:
  /// From the first element to the last, gaps included.
  static Index span_of(const Layout& layout) {
    const Axes &n = layout.shape, &s = layout.stride;
    return (n.batch - 1) * s.batch + (n.head - 1) * s.head + (n.row - 1) * s.row + (n.col - 1) * s.col + 1;
  }
  View widened(const View& narrow) {
    if (!narrow) return {};
    memory_.emplace_back(static_cast<std::size_t>(span_of(narrow)), 0.0F);
    View view = narrow;
    view.dtype = DType::f32;
    view.data = memory_.back().data();
    return view;
  }
  static void add(const View& narrow, const View& wide) {
    if (!narrow) return;
    T* to = static_cast<T*>(narrow.data);
    const auto* from = static_cast<const float*>(wide.data);
    for (Index i = 0; i < span_of(narrow); ++i) {
      if (from[i] != 0.0F) to[i] = static_cast<T>(static_cast<float>(to[i]) + from[i]);
    }
  }

  AttentionGrads narrow_;
  View value_;
  std::vector<AttentionGrads::Term> terms_;
  std::list<std::vector<float>> memory_;  // a list: views point into it
};

/// f(T{}) with the type that numbers of a dtype are kept in.
template <typename F>
decltype(auto) with_type(DType dtype, const F& f) {
  switch (dtype) {
    case DType::f64: return f(double{});
    case DType::bf16: return f(BFloat16{});
    case DType::f16: return f(Float16{});
    default: return f(float{});
  }
}

class PlainComposition final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall&) const override { return {"plain", "reference", std::nullopt}; }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    with_type(call.value.dtype, [&](auto number) { plain_forward<decltype(number)>(call, outputs); });
  }
  void do_backward(const AttentionCall& call, const AttentionOutputs&, const ConstView& grad_out, const AttentionGrads& grads) override {
    with_type(call.value.dtype, [&](auto number) {
      using T = decltype(number);
      if constexpr (std::is_same_v<T, Wide<T>>) {
        plain_backward<T>(call, grad_out, grads);
      } else {
        const WideGrads<T> wide(grads);
        plain_backward<T>(call, grad_out, wide.grads());
        wide.add();
      }
    });
  }
};

template <typename T>
double largest_logit_in(const AttentionCall& call) {
  const CallShape s = shape_of(call);
  double largest = 0;
  for_each_row(s, [&](Index b, Index h, Index i) {
    for (Index j = 0; j < s.keys; ++j) largest = std::max(largest, std::abs(static_cast<double>(logit<T>(call, b, h, i, j))));
  });
  return largest;
}

}  // namespace

std::unique_ptr<AttentionBackend> plain_composition() { return std::make_unique<PlainComposition>(); }

double largest_logit(const AttentionCall& call) {
  return with_type(call.value.dtype, [&](auto number) { return largest_logit_in<decltype(number)>(call); });
}

}  // namespace synthbench
