// backends/reference/reference_backend.cpp
// The oracle: attention in double precision and plain loops, one row of logits at a time. Kept simple, never fast.
//
//   S[b,h,i,j] = sum_t scale_t * term_t[b,h,i,j]     P = softmax over visible j of S     lse = log sum over visible j of exp S
//   out[b,h,i,:] = sum_j keep[b,h,i,j] P[i,j] V[b,h,j,:]                                 keep: 1, or what dropout multiplies with
//
// Backward recomputes S and its own log-sum-exp in f64, so that its error is not that of a stored f32 lse:
//   dV[j] = sum_i keep P dY[i]    dP = keep * (dY[i] . V[j])    dS = P * (dP - sum_j P dP)    then each side of each term.
// f32 and f64 are read as double; results are rounded once, when they are written or added.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <vector>

#include "backends/core/attention.h"
#include "backends/core/dropout.h"
#include "backends/core/logit.h"
#include "backends/core/mask.h"

namespace synthbench {
namespace {

constexpr double kNothing = -std::numeric_limits<double>::infinity();

void write(const View& view, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, double number) {
  const std::int64_t at = offset(view.stride, b, h, i, j);
  if (view.dtype == DType::f64) {
    static_cast<double*>(view.data)[at] = number;
  } else {
    static_cast<float*>(view.data)[at] = static_cast<float>(number);
  }
}

/// A gradient in double, dense over its distinct entries: what is shared is summed here and rounded once.
class Sum {
 public:
  explicit Sum(const View& view) : view_(view), extent_(view.shape) {
    if (!view) return;
    if (view.stride.batch == 0) extent_.batch = 1;
    if (view.stride.head == 0) extent_.head = 1;
    if (view.stride.row == 0) extent_.row = 1;
    stride_ = dense_strides(extent_);
    if (extent_.batch == 1) stride_.batch = 0;
    if (extent_.head == 1) stride_.head = 0;
    if (extent_.row == 1) stride_.row = 0;
    sums_.resize(static_cast<std::size_t>(extent_.batch * extent_.head * extent_.row * extent_.col));
  }

  explicit operator bool() const { return !sums_.empty(); }

  void add(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, double number) {
    if (!sums_.empty()) sums_[static_cast<std::size_t>(offset(stride_, b, h, i, j))] += number;
  }

  void add_to_view() const {
    if (sums_.empty()) return;
    for (std::int64_t b = 0; b < extent_.batch; ++b) {
      for (std::int64_t h = 0; h < extent_.head; ++h) {
        for (std::int64_t i = 0; i < extent_.row; ++i) {
          for (std::int64_t j = 0; j < extent_.col; ++j) {
            write(view_, b, h, i, j, entry(view_, b, h, i, j) + sums_[static_cast<std::size_t>(offset(stride_, b, h, i, j))]);
          }
        }
      }
    }
  }

 private:
  View view_;
  Axes extent_, stride_;
  std::vector<double> sums_;
};

/// dS of one entry into the sides of one term.
void add_side_gradients(const LogitTerm& term, Sum& lhs, Sum& rhs, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j,
                        double d_logit) {
  const double d = term.scale * d_logit;
  switch (term.kind) {
    case TermKind::inner:
      for (std::int64_t c = 0; c < term.lhs.shape.col; ++c) {
        lhs.add(b, h, i, c, d * entry(term.rhs, b, h, j, c));
        rhs.add(b, h, j, c, d * entry(term.lhs, b, h, i, c));
      }
      return;
    case TermKind::tiled: {
      const std::int64_t p = term.lhs.shape.col;
      lhs.add(b, h, i, j % p, d * entry(term.rhs, b, h, i, j / p));
      rhs.add(b, h, i, j / p, d * entry(term.lhs, b, h, i, j % p));
      return;
    }
    case TermKind::table: lhs.add(b, h, i, j, d); return;
  }
}

/// The visible part of one row: probabilities of the keys from `first` on, and their log-sum-exp. No visible key: empty and -inf.
struct Row {
  std::int64_t first = 0;
  std::vector<double> probabilities;
  double lse = kNothing;
};

Row softmax_row(const AttentionCall& call, std::int64_t b, std::int64_t h, std::int64_t i) {
  Row row;
  const KeyRange seen = visible_keys(call.mask, b, i, call.value.shape.row);
  if (seen.empty()) return row;
  row.first = seen.begin;
  double largest = kNothing;
  for (std::int64_t j = seen.begin; j < seen.end; ++j) {
    double sum = 0.0;
    for (const LogitTerm& term : call.terms) sum += logit(term, b, h, i, j);
    row.probabilities.push_back(sum);
    largest = std::max(largest, sum);
  }
  double total = 0.0;
  for (double& p : row.probabilities) total += p = std::exp(p - largest);
  for (double& p : row.probabilities) p /= total;
  row.lse = largest + std::log(total);
  return row;
}

double keep(const AttentionCall& call, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j) {
  if (call.dropout.rate == 0.0) return 1.0;
  return dropout_factor(call.dropout.rate, call.dropout.seed, static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(h),
                        static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j));
}

struct TermSums {
  Sum lhs, rhs;
};

void backward_row(const AttentionCall& call, const ConstView& grad_out, Sum& grad_value, std::vector<TermSums>& grad_terms, std::int64_t b,
                  std::int64_t h, std::int64_t i) {
  const Row row = softmax_row(call, b, h, i);
  const std::int64_t width = call.value.shape.col;
  std::vector<double> d_probability;
  double mean = 0.0;  // sum_j P dP, which is dY . Y
  for (std::size_t k = 0; k < row.probabilities.size(); ++k) {
    const std::int64_t j = row.first + static_cast<std::int64_t>(k);
    const double kept = keep(call, b, h, i, j);
    double dot = 0.0;
    for (std::int64_t d = 0; d < width; ++d) {
      const double dy = entry(grad_out, b, h, i, d);
      dot += dy * entry(call.value, b, h, j, d);
      grad_value.add(b, h, j, d, kept * row.probabilities[k] * dy);
    }
    d_probability.push_back(kept * dot);
    mean += row.probabilities[k] * d_probability.back();
  }
  for (std::size_t k = 0; k < row.probabilities.size(); ++k) {
    const double d_logit = row.probabilities[k] * (d_probability[k] - mean);
    const std::int64_t j = row.first + static_cast<std::int64_t>(k);
    for (std::size_t t = 0; t < call.terms.size(); ++t) {
      add_side_gradients(call.terms[t], grad_terms[t].lhs, grad_terms[t].rhs, b, h, i, j, d_logit);
    }
  }
}

class ReferenceBackend final : public AttentionBackend {
 public:
  Choice choose(const AttentionCall& call) const override {
    const DType dtype = call.value.dtype;
    if (call.value.place != Place::host) return {{}, {}, "value is on the GPU; reference computes on the host"};
    if (dtype != DType::f32 && dtype != DType::f64) {
      return {{}, {}, fmt::format("value is {}; reference reads f32 and f64", name(dtype))};
    }
    return {"loops", "reference", std::nullopt};
  }

 private:
  void do_forward(const AttentionCall& call, const AttentionOutputs& outputs) override {
    const CallShape s = shape_of(call);
    for (std::int64_t b = 0; b < s.batch; ++b) {
      for (std::int64_t h = 0; h < s.heads; ++h) {
        for (std::int64_t i = 0; i < s.queries; ++i) {
          const Row row = softmax_row(call, b, h, i);
          write(outputs.lse, b, h, i, 0, row.lse);
          std::vector<double> sum(static_cast<std::size_t>(s.width));
          for (std::size_t k = 0; k < row.probabilities.size(); ++k) {
            const std::int64_t j = row.first + static_cast<std::int64_t>(k);
            const double p = keep(call, b, h, i, j) * row.probabilities[k];
            for (std::size_t d = 0; d < sum.size(); ++d) sum[d] += p * entry(call.value, b, h, j, static_cast<std::int64_t>(d));
          }
          for (std::size_t d = 0; d < sum.size(); ++d) write(outputs.out, b, h, i, static_cast<std::int64_t>(d), sum[d]);
        }
      }
    }
  }

  void do_backward(const AttentionCall& call, const AttentionOutputs&, const ConstView& grad_out, const AttentionGrads& grads) override {
    const CallShape s = shape_of(call);
    Sum grad_value(grads.value);
    std::vector<TermSums> grad_terms;
    for (const AttentionGrads::Term& term : grads.terms) grad_terms.push_back({Sum(term.lhs), Sum(term.rhs)});
    for (std::int64_t b = 0; b < s.batch; ++b) {
      for (std::int64_t h = 0; h < s.heads; ++h) {
        for (std::int64_t i = 0; i < s.queries; ++i) backward_row(call, grad_out, grad_value, grad_terms, b, h, i);
      }
    }
    grad_value.add_to_view();
    for (const TermSums& term : grad_terms) {
      term.lhs.add_to_view();
      term.rhs.add_to_view();
    }
  }
};

const bool registered = backends().add("reference", [] { return std::unique_ptr<AttentionBackend>(std::make_unique<ReferenceBackend>()); });
const bool known = known_backends().add("reference", {"float64 plain loops on the host: the oracle", false});

}  // namespace
}  // namespace synthbench
