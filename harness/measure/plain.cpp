// harness/measure/plain.cpp
// The composition whose error is the yardstick.
//
//   S (N,M) = sum_t scale_t term_t, masked      P = exp(S - max) / sum     out = (keep P) V
//   dV = (keep P)' dY     dP = keep (dY V')     dS = P (dP - rowsum(P dP))     then each side of each term
#include "harness/measure/plain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "backends/core/dropout.h"
#include "backends/core/mask.h"

namespace synthbench {
namespace {

using Index = std::int64_t;

template <typename T>
T at(const ConstView& view, Index b, Index h, Index i, Index j) {
  return static_cast<const T*>(view.data)[offset(view.stride, b, h, i, j)];
}

template <typename T>
void add(const View& view, Index b, Index h, Index i, Index j, T number) {
  if (view) static_cast<T*>(view.data)[offset(view.stride, b, h, i, j)] += number;
}

template <typename T>
T term_value(const LogitTerm& term, Index b, Index h, Index i, Index j) {
  switch (term.kind) {
    case TermKind::inner: {
      T sum = 0;
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
T logit(const AttentionCall& call, Index b, Index h, Index i, Index j) {
  T sum = 0;
  for (const LogitTerm& term : call.terms) sum += static_cast<T>(term.scale) * term_value<T>(term, b, h, i, j);
  return sum;
}

/// Adds the gradient of one logit to both sides of a term.
template <typename T>
void add_to_sides(const LogitTerm& term, const AttentionGrads::Term& grads, T ds, Index b, Index h, Index i, Index j) {
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
T probabilities(const AttentionCall& call, Index b, Index h, Index i, std::vector<T>& p) {
  const KeyRange seen = visible_keys(call.mask, b, i, static_cast<Index>(p.size()));
  std::fill(p.begin(), p.end(), T{0});
  if (seen.empty()) return -std::numeric_limits<T>::infinity();
  const auto first = static_cast<std::size_t>(seen.begin), end = static_cast<std::size_t>(seen.end);
  for (std::size_t j = first; j < end; ++j) p[j] = logit<T>(call, b, h, i, static_cast<Index>(j));
  const T most = *std::max_element(p.begin() + seen.begin, p.begin() + seen.end);
  T sum = 0;
  for (std::size_t j = first; j < end; ++j) sum += p[j] = std::exp(p[j] - most);
  for (std::size_t j = first; j < end; ++j) p[j] /= sum;
  return most + std::log(sum);
}

template <typename T>
T kept(const AttentionCall& call, Index b, Index h, Index i, Index j) {
  if (call.dropout.rate <= 0) return 1;
  const auto u = [](Index x) { return static_cast<std::uint64_t>(x); };
  return static_cast<T>(dropout_factor(call.dropout.rate, call.dropout.seed, u(b), u(h), u(i), u(j)));
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
  std::vector<T> p(static_cast<std::size_t>(s.keys));
  for_each_row(s, [&](Index b, Index h, Index i) {
    static_cast<T*>(outputs.lse.data)[offset(outputs.lse.stride, b, h, i, 0)] = probabilities(call, b, h, i, p);
    for (Index d = 0; d < s.width; ++d) {
      T sum = 0;
      for (Index j = 0; j < s.keys; ++j) sum += kept<T>(call, b, h, i, j) * p[static_cast<std::size_t>(j)] * at<T>(call.value, b, h, j, d);
      static_cast<T*>(outputs.out.data)[offset(outputs.out.stride, b, h, i, d)] = sum;
    }
  });
}

template <typename T>
void plain_backward(const AttentionCall& call, const ConstView& grad_out, const AttentionGrads& grads) {
  const CallShape s = shape_of(call);
  std::vector<T> p(static_cast<std::size_t>(s.keys)), dp(p.size());
  for_each_row(s, [&](Index b, Index h, Index i) {
    probabilities(call, b, h, i, p);
    T mean = 0;
    for (Index j = 0; j < s.keys; ++j) {
      const auto at_j = static_cast<std::size_t>(j);
      T sum = 0;
      for (Index d = 0; d < s.width; ++d) {
        const T dy = at<T>(grad_out, b, h, i, d);
        sum += dy * at<T>(call.value, b, h, j, d);
        add(grads.value, b, h, j, d, kept<T>(call, b, h, i, j) * p[at_j] * dy);
      }
      dp[at_j] = kept<T>(call, b, h, i, j) * sum;
      mean += p[at_j] * dp[at_j];
    }
    for (Index j = 0; j < s.keys; ++j) {
      const auto at_j = static_cast<std::size_t>(j);
      const T ds = p[at_j] * (dp[at_j] - mean);
      for (std::size_t t = 0; t < call.terms.size(); ++t) {
        const LogitTerm& term = call.terms[t];
        add_to_sides(term, grads.terms[t], static_cast<T>(term.scale) * ds, b, h, i, j);
      }
    }
  });
}

class PlainComposition final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall&) const override { return {"plain", "reference", std::nullopt}; }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    call.value.dtype == DType::f64 ? plain_forward<double>(call, outputs) : plain_forward<float>(call, outputs);
  }
  void do_backward(const AttentionCall& call, const AttentionOutputs&, const ConstView& grad_out, const AttentionGrads& grads) override {
    call.value.dtype == DType::f64 ? plain_backward<double>(call, grad_out, grads) : plain_backward<float>(call, grad_out, grads);
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
  return call.value.dtype == DType::f64 ? largest_logit_in<double>(call) : largest_logit_in<float>(call);
}

}  // namespace synthbench
