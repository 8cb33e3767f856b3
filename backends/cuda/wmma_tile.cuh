#pragma once

#include <mma.h>

#include <cmath>
#include <type_traits>

#include "backends/cuda/running_row.cuh"
#include "backends/cuda/tile_logits.cuh"

namespace synthbench::cuda {

// What tile.cuh and tile_logits.cuh do with registers, done by tensor cores: a block's tile of 64 x 64 is four warps' 16 rows each, and a
// warp multiplies matrices of 16 x 16 out of shared memory. Operands stay in bf16 or f16, sums are f32. Widths are filled up with zeros
// to a multiple of 16.
//
// What is made in f32 and multiplied again, P and dS, is rounded to the call's dtype: each row is first multiplied by the power of two
// that brings its largest entry next to 1, or f16 would lose the gradients of a long row.

namespace wmma = nvcuda::wmma;

inline constexpr int kFragment = 16, kFragments = kTile / kFragment;
static_assert(kTileThreads / kWarp * kFragment == kTile, "a warp per 16 rows");

template <typename T>
struct TensorTile {
  static constexpr bool kAnyTerm = false;                           ///< inner products alone
  static constexpr int kPitch = kTile + 8, kTilePitch = kTile + 4;  // 16 bytes more than a row: the next one begins in other banks

  T* left;         ///< 64 rows of an operand; or the tile, rounded
  T* right;        ///< and of the other
  float* tile;     ///< 64 x 64: logits, probabilities or their gradients
  float* factors;  ///< of the rows of the rounded tile

  __device__ float& at(int row, int col) const { return tile[row * kTilePitch + col]; }

  __host__ __device__ static TensorTile in(SharedMemory& shared) {
    T* left = shared.take_as<T>(kTile * kPitch);
    T* right = shared.take_as<T>(kTile * kPitch);
    float* tile = shared.take(kTile * kTilePitch);
    return {left, right, tile, shared.take(kTile)};
  }

  static std::size_t bytes() {
    SharedMemory shared = SharedMemory::to_measure();
    in(shared);
    return shared.bytes();
  }
};

/// This warp's 16 rows of a product. Which lane holds which entry is the GPU's own business.
struct WarpSums {
  wmma::fragment<wmma::accumulator, kFragment, kFragment, kFragment, float> at[kFragments];

  __device__ WarpSums() {
#pragma unroll
    for (int c = 0; c < kFragments; ++c) wmma::fill_fragment(at[c], 0.0f);
  }
};

__device__ inline int first_row_of_warp() { return thread_of_block() / kWarp * kFragment; }
__device__ inline int whole_fragments(int width) { return (width + kFragment - 1) / kFragment * kFragment; }

/// sums += left right, `depth` deep. Right has a row per k (row_major) or per column of the product (col_major).
template <typename Right, typename T>
__device__ void multiply(WarpSums& sums, const TensorTile<T>& memory, int depth) {
  constexpr int kPitch = TensorTile<T>::kPitch;
  constexpr bool by_column = std::is_same_v<Right, wmma::col_major>;
  wmma::fragment<wmma::matrix_a, kFragment, kFragment, kFragment, T, wmma::row_major> a;
  wmma::fragment<wmma::matrix_b, kFragment, kFragment, kFragment, T, Right> b;
#pragma unroll 1
  for (int k = 0; k < depth; k += kFragment) {
    wmma::load_matrix_sync(a, memory.left + first_row_of_warp() * kPitch + k, kPitch);
#pragma unroll
    for (int c = 0; c < kFragments; ++c) {
      wmma::load_matrix_sync(b, memory.right + (by_column ? c * kFragment * kPitch + k : k * kPitch + c * kFragment), kPitch);
      wmma::mma_sync(sums.at[c], a, b, sums.at[c]);
    }
  }
}

/// sums[row,col] += sum over k < depth of left(row,k) right(col,k)
template <typename T, typename Left, typename Right>
__device__ void add_product(WarpSums& sums, const TensorTile<T>& memory, int depth, Left left, Right right) {
  for (int k0 = 0; k0 < depth; k0 += kTile) {
    const int here = min(kTile, depth - k0), filled = whole_fragments(here);
#pragma unroll 2
    for (int n = thread_of_block(); n < kTile * kTile; n += kTileThreads) {
      const int row = n / kTile, k = n % kTile, place = row * TensorTile<T>::kPitch + k;
      if (k >= filled) continue;
      store(memory.left[place], k < here ? left(row, k0 + k) : 0.0f);
      store(memory.right[place], k < here ? right(row, k0 + k) : 0.0f);
    }
    __syncthreads();
    multiply<wmma::col_major>(sums, memory, filled);
    __syncthreads();
  }
}

template <typename T>
__device__ void put_in_tile(const WarpSums& sums, const TensorTile<T>& memory) {
#pragma unroll
  for (int c = 0; c < kFragments; ++c) {
    wmma::store_matrix_sync(&memory.at(first_row_of_warp(), c * kFragment), sums.at[c], TensorTile<T>::kTilePitch, wmma::mem_row_major);
  }
  __syncthreads();
}

/// tile = factor * sums, or what is added to it. A warp reads and writes its own rows alone.
template <typename T>
__device__ void put_term_in_tile(WarpSums& sums, const TensorTile<T>& memory, float factor, bool first) {
#pragma unroll
  for (int c = 0; c < kFragments; ++c) {
    auto before = sums.at[c];
    float* place = &memory.at(first_row_of_warp(), c * kFragment);
    if (!first) wmma::load_matrix_sync(before, place, TensorTile<T>::kTilePitch, wmma::mem_row_major);
#pragma unroll
    for (int e = 0; e < before.num_elements; ++e) sums.at[c].x[e] = factor * sums.at[c].x[e] + (first ? 0.0f : before.x[e]);
  }
  put_in_tile(sums, memory);
}

/// left = the tile, rounded; factors = what a row of its products is to be multiplied with.
template <typename T>
__device__ void round_tile(const TensorTile<T>& memory) {
  const int row = thread_of_block() / kRowShare, first = thread_of_block() % kRowShare;
  float largest = 0.0f;
  for (int col = first; col < kTile; col += kRowShare) largest = fmaxf(largest, fabsf(memory.at(row, col)));
  largest = warp_max(largest, kRowShare);
  int exponent = 0;
  if (largest > 0.0f && largest < INFINITY) frexpf(largest, &exponent);
  exponent = max(-126, min(exponent, 126));  // its power of two, and one over it, are floats
  const float grow = ldexpf(1.0f, -exponent);
  for (int col = first; col < kTile; col += kRowShare) {
    store(memory.left[row * TensorTile<T>::kPitch + col], grow * memory.at(row, col));
  }
  if (first == 0) memory.factors[row] = ldexpf(1.0f, exponent);
}

/// sums[row,col] += sum over k < count of tile[row,k] vector(k,col)
template <typename T, typename Vector>
__device__ void add_tile_product(Sums& sums, const TensorTile<T>& memory, int count, Vector vector) {
  const int filled = whole_fragments(count);
#pragma unroll 2
  for (int n = thread_of_block(); n < filled * kTile; n += kTileThreads) {
    const int k = n / kTile, col = n % kTile;
    store(memory.right[k * TensorTile<T>::kPitch + col], k < count ? vector(k, col) : 0.0f);
  }
  round_tile(memory);
  __syncthreads();
  WarpSums here_only;
  multiply<wmma::row_major>(here_only, memory, filled);
  put_in_tile(here_only, memory);
  for_each_sum([&](int r, int c) { sums.at[r][c] += memory.factors[tile_row(r)] * memory.at(tile_row(r), tile_col(c)); });
  __syncthreads();
}

/// tile = finish(S, query, key) where the query sees the key, `hidden` elsewhere; every term is an inner product.
template <Rows rows, typename T, typename Finish>
__device__ void make_logits(const Problem<T>& p, const TensorTile<T>& memory, const Place& at, float hidden, Finish finish) {
  for (int t = 0; t < p.terms; ++t) {
    WarpSums products;
    add_row_product<rows>(products, p, memory, at, p.term[t].lhs, p.term[t].rhs, p.term[t].width, 1.0f);
    put_term_in_tile(products, memory, p.term[t].scale, t == 0);
  }
  for_each_entry<rows>(p, memory, at, [&](float& entry, int i, int j, bool seen) { entry = seen ? finish(entry, i, j) : hidden; });
}

/// tile = P as make_probabilities has it. Returns dY[i] . V[j], which goes through the tile first.
template <Rows rows, typename T>
__device__ Sums probabilities_and_products(const Problem<T>& p, const Given<T>& g, const TensorTile<T>& memory, const Place& at) {
  WarpSums products;
  add_row_product<rows>(products, p, memory, at, g.grad_out, p.value, p.width, 1.0f);
  put_in_tile(products, memory);
  Sums sums;
  for_each_sum([&](int r, int c) { sums.at[r][c] = memory.at(tile_row(r), tile_col(c)); });
  make_probabilities<rows>(p, g, memory, at);
  return sums;
}

}  // namespace synthbench::cuda
