#pragma once

// What all kernels do to one row of logits or of their gradient.

#include <cmath>

#include "backends/core/attention.h"
#include "backends/core/dropout.h"
#include "backends/core/mask.h"
#include "backends/eigen/matrix.h"

namespace synthbench::eigen {

/// row[k] *= keep(b,h,i,j+k), the factors of attention dropout.
template <typename Row>
void drop(const Dropout& dropout, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, Row&& row) {
  using T = typename std::decay_t<Row>::Scalar;
  for (std::int64_t k = 0; k < row.size(); ++k) {
    row(k) *= static_cast<T>(dropout_factor(dropout.rate, dropout.seed, static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(h),
                                            static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j + k)));
  }
}

/// Zero where the row is not visible. Returns the part that is.
template <typename Row>
auto clear_hidden(const KeyRange& visible, Row&& row) {
  row.head(visible.begin).setZero();
  row.tail(row.size() - visible.end).setZero();
  return row.segment(visible.begin, visible.size());
}

/// Logits to probabilities with the lse that forward kept: exp(S - lse) where visible, 0 elsewhere.
template <typename Row>
void probabilities_from_lse(typename std::decay_t<Row>::Scalar lse, const KeyRange& visible, Row&& row) {
  auto seen = clear_hidden(visible, row);
  seen = (seen - lse).exp();
}

/// delta_i = dY_i . out_i, which equals sum_j P dP. A row without a visible key has out = 0.
template <typename T>
T delta_of_row(const AttentionOutputs& outputs, const ConstView& grad_out, std::int64_t b, std::int64_t h, std::int64_t i) {
  const std::int64_t width = outputs.out.shape.col;
  const ConstView out = outputs.out;
  return (ConstStridedRow<T>(address<T>(out, b, h, i, 0), width, Eigen::InnerStride<>(out.stride.col)) *
          ConstStridedRow<T>(address<T>(grad_out, b, h, i, 0), width, Eigen::InnerStride<>(grad_out.stride.col)))
      .sum();
}

/// dP to dS = P * (dP - delta), in place. A row that sees one key has P = 1 whatever its logits: its gradient is zero, not the
/// difference of two roundings.
template <typename Row, typename Gradient>
void logit_gradient(typename std::decay_t<Row>::Scalar delta, const KeyRange& visible, const Row& probability, Gradient&& gradient) {
  if (visible.size() == 1) {
    gradient.setZero();
  } else {
    gradient = probability * (gradient - delta);
  }
}

}  // namespace synthbench::eigen
