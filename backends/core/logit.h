#pragma once

#include <cstdint>

#include "backends/core/attention.h"

namespace synthbench {

/// One entry of an f32 or f64 tensor on the host, as double.
inline double entry(const ConstView& view, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j) {
  const std::int64_t at = offset(view.stride, b, h, i, j);
  return view.dtype == DType::f64 ? static_cast<const double*>(view.data)[at]
                                  : static_cast<double>(static_cast<const float*>(view.data)[at]);
}

/// scale_t * term_t[b,h,i,j], in double: what the terms of a call mean, for oracles and onlookers.
inline double logit(const LogitTerm& term, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j) {
  switch (term.kind) {
    case TermKind::inner: {
      double sum = 0.0;
      for (std::int64_t c = 0; c < term.lhs.shape.col; ++c) sum += entry(term.lhs, b, h, i, c) * entry(term.rhs, b, h, j, c);
      return term.scale * sum;
    }
    case TermKind::tiled: {
      const std::int64_t p = term.lhs.shape.col;
      return term.scale * entry(term.lhs, b, h, i, j % p) * entry(term.rhs, b, h, i, j / p);
    }
    case TermKind::table: return term.scale * entry(term.lhs, b, h, i, j);
  }
  return 0.0;
}

}  // namespace synthbench
