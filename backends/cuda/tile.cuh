#pragma once

#include <cstdint>

#include "backends/cuda/shared_memory.cuh"
#include "backends/cuda/warp.cuh"

namespace synthbench::cuda {

// A block of 128 threads works on 64 x 64 numbers at a time. Sums over products are made in registers, 8 rows and 4 columns of the
// tile in each thread; what is done entry by entry is done in shared memory, where every thread can reach every entry.

inline constexpr int kTile = 64;
inline constexpr int kRowsEach = 8, kColsEach = 4, kRowThreads = 8, kColThreads = 16;
inline constexpr int kTileThreads = kRowThreads * kColThreads;

// __launch_bounds__ of the kernels also names the blocks that an SM is to hold: ptxas would rather spill registers to fit more of them.
// Loops that fill shared memory are unrolled twice, not more, for the same reason.

/// Tiles that cover so many numbers along an axis.
inline unsigned tiles_of(std::int64_t count) { return static_cast<unsigned>((count + kTile - 1) / kTile); }

__device__ inline int thread_of_block() { return static_cast<int>(threadIdx.x); }
__device__ inline int tile_row(int r) { return thread_of_block() / kColThreads + kRowThreads * r; }
__device__ inline int tile_col(int c) { return thread_of_block() % kColThreads + kColThreads * c; }

/// This thread's part of a tile: at[r][c] is row tile_row(r), column tile_col(c).
struct Sums {
  float at[kRowsEach][kColsEach] = {};
};

/// visit(r,c) for each entry of this thread's part. Unrolled, so that it stays in registers.
template <typename Visit>
__device__ void for_each_sum(Visit visit) {
#pragma unroll
  for (int r = 0; r < kRowsEach; ++r) {
#pragma unroll
    for (int c = 0; c < kColsEach; ++c) visit(r, c);
  }
}

/// What a block has in shared memory; wmma_tile.cuh has another for tensor cores, and what takes a `Memory` takes either. Odd
/// pitches: threads that read one column of many rows read different banks.
struct TileMemory {
  static constexpr bool kAnyTerm = true;  ///< makes the gradients of every kind of term
  static constexpr int kDepth = 32, kPitch = kDepth + 1, kTilePitch = kTile + 1;

  float* left;   ///< 64 rows of one operand of a product, kDepth columns at a time
  float* right;  ///< and of the other
  float* tile;   ///< 64 x 64: logits, probabilities or their gradients

  __device__ float& at(int row, int col) const { return tile[row * kTilePitch + col]; }

  __host__ __device__ static TileMemory in(SharedMemory& shared) {
    float* left = shared.take(kTile * kPitch);
    float* right = shared.take(kTile * kPitch);
    return {left, right, shared.take(kTile * kTilePitch)};
  }

  static std::size_t bytes() {
    SharedMemory shared = SharedMemory::to_measure();
    in(shared);
    return shared.bytes();
  }
};

/// sums[row,col] += left[row] right[col], each read `pitch` apart
__device__ inline void add_outer(Sums& sums, const float* left, int left_pitch, const float* right, int right_pitch) {
  float a[kRowsEach], b[kColsEach];
#pragma unroll
  for (int r = 0; r < kRowsEach; ++r) a[r] = left[tile_row(r) * left_pitch];
#pragma unroll
  for (int c = 0; c < kColsEach; ++c) b[c] = right[tile_col(c) * right_pitch];
  for_each_sum([&](int r, int c) { sums.at[r][c] += a[r] * b[c]; });
}

/// sums[row,col] += sum over k < depth of left(row,k) right(col,k)
template <typename Left, typename Right>
__device__ void add_product(Sums& sums, const TileMemory& memory, int depth, Left left, Right right) {
  constexpr int kDepth = TileMemory::kDepth, kPitch = TileMemory::kPitch;
  for (int k0 = 0; k0 < depth; k0 += kDepth) {
    const int here = min(kDepth, depth - k0);
#pragma unroll 2
    for (int n = thread_of_block(); n < kTile * kDepth; n += kTileThreads) {
      const int row = n / kDepth, k = n % kDepth;
      if (k >= here) continue;
      memory.left[row * kPitch + k] = left(row, k0 + k);
      memory.right[row * kPitch + k] = right(row, k0 + k);
    }
    __syncthreads();
    for (int k = 0; k < here; ++k) add_outer(sums, memory.left + k, kPitch, memory.right + k, kPitch);
    __syncthreads();
  }
}

/// sums[row,col] += sum over k < count of tile[row,k] vector(k,col). The sum over k is made by itself first: totals of many tiles lose
/// less that way.
template <typename Vector>
__device__ void add_tile_product(Sums& sums, const TileMemory& memory, int count, Vector vector) {
  constexpr int kDepth = TileMemory::kDepth;
  Sums here_only;
  for (int k0 = 0; k0 < count; k0 += kDepth) {
    const int here = min(kDepth, count - k0);
#pragma unroll 2
    for (int n = thread_of_block(); n < here * kTile; n += kTileThreads) memory.left[n] = vector(k0 + n / kTile, n % kTile);
    __syncthreads();
    for (int k = 0; k < here; ++k) {
      add_outer(here_only, memory.tile + k0 + k, TileMemory::kTilePitch, memory.left + k * kTile, 1);
    }
    __syncthreads();
  }
  for_each_sum([&](int r, int c) { sums.at[r][c] += here_only.at[r][c]; });
}

template <typename Memory>
__device__ void put_in_tile(const Sums& sums, const Memory& memory) {
  for_each_sum([&](int r, int c) { memory.at(tile_row(r), tile_col(c)) = sums.at[r][c]; });
  __syncthreads();
}

/// The sum of all rows, column by column, in row 0; the other rows are zero.
template <typename Memory>
__device__ void fold_rows(Sums& sums, const Memory& memory) {
  put_in_tile(sums, memory);
  sums = Sums();
#pragma unroll
  for (int c = 0; c < kColsEach; ++c) {
    for (int row = 0; tile_row(0) == 0 && row < kTile; ++row) sums.at[0][c] += memory.at(row, tile_col(c));
  }
}

}  // namespace synthbench::cuda
