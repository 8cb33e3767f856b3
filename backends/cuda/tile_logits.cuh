#pragma once

#include "backends/cuda/problem.cuh"
#include "backends/cuda/tile.cuh"

namespace synthbench::cuda {

/// What the rows of a tile are; its columns are the other. Whoever sums over keys has queries as rows, and keys where it sums over
/// queries. An entry has the same bits either way.
enum class Rows { queries, keys };

/// Where a tile lies: head h of sample b, 64 queries from i and 64 keys from j on; `keys` is what its queries see together.
/// Operands of other keys and of queries behind the last are never read: they may be NaN.
struct Place {
  int b = 0, h = 0, i = 0, j = 0;
  Range keys;

  __device__ bool sees_anything() const { return keys.begin < j + kTile && j < keys.end; }
};

/// Keys that the queries i ... i + 63 of sample b see together. Neither end of what a query sees moves back from one to the next.
template <typename T>
__device__ Range visible_to_tile(const Problem<T>& p, int b, int i) {
  const int end = p.visible(b, min(i + kTile, p.queries) - 1).end;
  return {min(p.visible(b, i).begin, end), end};
}

/// visit(entry of the tile, query, key, whether that query sees that key), each entry once. Threads that follow each other take keys
/// that do, as tables lie in memory.
template <Rows rows, typename T, typename Memory, typename Visit>
__device__ void for_each_entry(const Problem<T>& p, const Memory& memory, const Place& at, Visit visit) {
  for (int n = thread_of_block(); n < kTile * kTile; n += kTileThreads) {
    const int query = n / kTile, key = n % kTile, i = at.i + query, j = at.j + key;
    float& entry = rows == Rows::queries ? memory.at(query, key) : memory.at(key, query);
    visit(entry, i, j, i < p.queries && p.visible(at.b, i).holds(j));
  }
  __syncthreads();
}

/// sums += factor * (the product of one row per query with one row per key), both `depth` wide
template <Rows rows, typename T, typename Sum, typename Memory>
__device__ void add_row_product(Sum& sums, const Problem<T>& p, const Memory& memory, const Place& at, const Tensor<const T>& by_query,
                                const Tensor<const T>& by_key, int depth, float factor) {
  const auto of_query = [&](int n, int k) { return at.i + n < p.queries ? factor * by_query.get(at.b, at.h, at.i + n, k) : 0.0f; };
  const auto of_key = [&](int n, int k) { return at.keys.holds(at.j + n) ? by_key.get(at.b, at.h, at.j + n, k) : 0.0f; };
  if constexpr (rows == Rows::queries) {
    add_product(sums, memory, depth, of_query, of_key);
  } else {
    add_product(sums, memory, depth, of_key, of_query);
  }
}

/// tile = finish(S, query, key) where the query sees the key, `hidden` elsewhere. S is one inner product as long as those of all terms
/// together, then the entries of the other terms.
template <Rows rows, typename T, typename Finish>
__device__ void make_logits(const Problem<T>& p, const TileMemory& memory, const Place& at, float hidden, Finish finish) {
  Sums products;
  for (int t = 0; t < p.terms; ++t) {
    const Term<T>& term = p.term[t];
    if (term.kind == TermKind::inner) add_row_product<rows>(products, p, memory, at, term.lhs, term.rhs, term.width, term.scale);
  }
  put_in_tile(products, memory);
  for_each_entry<rows>(p, memory, at, [&](float& entry, int i, int j, bool seen) {
    float s = entry;
    for (int t = 0; seen && t < p.terms; ++t) {
      if (p.term[t].kind != TermKind::inner) s += logit_of(p.term[t], at.b, at.h, i, j);
    }
    entry = seen ? finish(s, i, j) : hidden;
  });
}

/// tile = P = exp(S - lse), 0 where the query does not see the key; with a minus where dropout drops it.
template <Rows rows, typename T, typename Memory>
__device__ void make_probabilities(const Problem<T>& p, const Given<T>& g, const Memory& memory, const Place& at) {
  make_logits<rows>(p, memory, at, 0.0f, [&](float s, int i, int j) {
    const float probability = expf(s - g.lse.get(at.b, at.h, i, 0));
    return p.keep(at.b, at.h, i, j) == 0.0f ? -probability : probability;
  });
}

/// Signed P of make_probabilities to keep P, what the values were multiplied with.
template <typename T>
__device__ float kept(const Problem<T>& p, float signed_probability) {
  return signed_probability < 0.0f ? 0.0f : signed_probability * p.kept_factor();  // fmaxf would lose a NaN
}

/// dP of an entry, from signed P and dY[i] . V[j].
template <typename T>
__device__ float probability_gradient(const Problem<T>& p, float signed_probability, float product) {
  return signed_probability < 0.0f ? 0.0f : p.kept_factor() * product;
}

/// tile = P as make_probabilities has it. Returns dY[i] . V[j].
template <Rows rows, typename T>
__device__ Sums probabilities_and_products(const Problem<T>& p, const Given<T>& g, const TileMemory& memory, const Place& at) {
  make_probabilities<rows>(p, g, memory, at);
  Sums sums;
  add_row_product<rows>(sums, p, memory, at, g.grad_out, p.value, p.width, 1.0f);
  return sums;
}

/// tile = dS = P (dP - delta), 0 where the query does not see the key.
template <Rows rows, typename T, typename Memory>
__device__ void make_logit_gradients(const Problem<T>& p, const Given<T>& g, const Memory& memory, const Place& at) {
  const Sums products = probabilities_and_products<rows>(p, g, memory, at);
  const float* delta = g.delta + (std::int64_t{at.b} * p.heads + at.h) * p.queries + at.i;
  for_each_sum([&](int r, int c) {
    const int query = rows == Rows::queries ? tile_row(r) : tile_col(c);
    float& entry = memory.at(tile_row(r), tile_col(c));
    entry = entry == 0.0f ? 0.0f : fabsf(entry) * (probability_gradient(p, entry, products.at[r][c]) - delta[query]);
  });
  __syncthreads();
}

}  // namespace synthbench::cuda
