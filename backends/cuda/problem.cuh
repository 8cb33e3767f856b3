#pragma once

#include <cstdint>

#include "backends/core/attention.h"
#include "backends/core/dropout.h"
#include "backends/core/mask.h"
#include "backends/cuda/kernels.h"
#include "backends/cuda/numbers.cuh"

namespace synthbench::cuda {

/// A tensor as kernels see it; T is const where they only read.
template <typename T>
struct Tensor {
  T* data = nullptr;
  Axes stride;

  __device__ T& at(int b, int h, int i, int j) const { return data[offset(stride, b, h, i, j)]; }
  __device__ float get(int b, int h, int i, int j) const { return load(at(b, h, i, j)); }
  __device__ void add(int b, int h, int i, int j, float number) const { store(at(b, h, i, j), get(b, h, i, j) + number); }
};

template <typename T>
Tensor<const T> tensor(const ConstView& view) {
  return {static_cast<const T*>(view.data), view.stride};
}
template <typename T>
Tensor<T> tensor(const View& view) {
  return {static_cast<T*>(view.data), view.stride};
}

template <typename T>
struct Term {
  TermKind kind = TermKind::inner;
  float scale = 1.0f;
  int width = 0;  ///< C of inner, P of tiled
  Tensor<const T> lhs, rhs;
};

/// begin <= n < end, of keys, rows or columns.
struct Range {
  int begin = 0, end = 0;

  __device__ bool holds(int n) const { return begin <= n && n < end; }
  __device__ bool empty() const { return begin == end; }
};

/// A call by value: what every kernel gets as its first parameter.
template <typename T>
struct Problem {
  int batch = 0, heads = 0, queries = 0, keys = 0, width = 0, terms = 0;
  Term<T> term[kMostTerms];
  Tensor<const T> value;  ///< (B,H,M,D)
  bool causal = false;
  std::int64_t query_offset = 0, window = 0;
  const std::int32_t* key_lengths = nullptr;  ///< of sample b at b * key_lengths_stride; null: every key is real
  std::int64_t key_lengths_stride = 0;
  Dropout dropout;

  /// Keys that query i of sample b sees.
  __device__ Range visible(int b, int i) const {
    const std::int64_t real = key_lengths == nullptr ? keys : key_lengths[b * key_lengths_stride];
    const std::int64_t length = real < keys ? real : keys;
    const KeyRange seen = visible_keys(causal, window, i + query_offset, length);
    return {static_cast<int>(seen.begin), static_cast<int>(seen.end)};
  }

  /// What dropout multiplies the entries with that it keeps.
  __device__ float kept_factor() const { return static_cast<float>(1.0 / (1.0 - dropout.rate)); }

  /// What dropout multiplies P[b,h,i,j] with.
  __device__ float keep(int b, int h, int i, int j) const {
    if (dropout.rate == 0.0) return 1.0f;
    return static_cast<float>(dropout_factor(dropout.rate, dropout.seed, static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(h),
                                             static_cast<std::uint64_t>(i), static_cast<std::uint64_t>(j)));
  }
};

/// scale * term at (b,h,i,j).
template <typename T>
__device__ float logit_of(const Term<T>& term, int b, int h, int i, int j) {
  switch (term.kind) {
    case TermKind::inner: {
      float sum = 0.0f;
      for (int c = 0; c < term.width; ++c) sum += term.lhs.get(b, h, i, c) * term.rhs.get(b, h, j, c);
      return term.scale * sum;
    }
    case TermKind::tiled: return term.scale * (term.lhs.get(b, h, i, j % term.width) * term.rhs.get(b, h, i, j / term.width));
    case TermKind::table: return term.scale * term.lhs.get(b, h, i, j);
  }
  return 0.0f;
}

/// S[b,h,i,j], the sum of the terms.
template <typename T>
__device__ float logit(const Problem<T>& p, int b, int h, int i, int j) {
  float sum = 0.0f;
  for (int t = 0; t < p.terms; ++t) sum += logit_of(p.term[t], b, h, i, j);
  return sum;
}

/// What backward is given beside the call.
template <typename T>
struct Given {
  Tensor<const T> grad_out;      ///< dY (B,H,N,D)
  Tensor<const float> lse;       ///< (B,H,N,1)
  const float* delta = nullptr;  ///< (B,H,N) dense: sum_j P dP
};

template <typename T>
Problem<T> problem_of(const AttentionCall& call) {
  const CallShape s = shape_of(call);
  Problem<T> p;
  p.batch = static_cast<int>(s.batch);
  p.heads = static_cast<int>(s.heads);
  p.queries = static_cast<int>(s.queries);
  p.keys = static_cast<int>(s.keys);
  p.width = static_cast<int>(s.width);
  for (const LogitTerm& term : call.terms) {
    p.term[p.terms++] = {term.kind, static_cast<float>(term.scale), static_cast<int>(term.lhs.shape.col), tensor<T>(term.lhs),
                         tensor<T>(term.rhs)};
  }
  p.value = tensor<T>(call.value);
  p.causal = call.mask.causal;
  p.query_offset = call.mask.query_offset;
  p.window = call.mask.window;
  p.key_lengths = static_cast<const std::int32_t*>(call.mask.key_lengths.data);
  p.key_lengths_stride = call.mask.key_lengths.stride.batch;
  p.dropout = call.dropout;
  return p;
}

}  // namespace synthbench::cuda
