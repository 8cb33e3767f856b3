#pragma once

// Kernels that are wrong on purpose, each beside the right one, all of them small: what the shim must find. Blocks of 64 threads.
#include <cuda_runtime.h>
#include <mma.h>

#include "backends/cuda/numbers.cuh"
#include "backends/cuda/shared_memory.cuh"

namespace synthbench::broken {

constexpr unsigned kThreads = 64;

/// out[t] = in[63 - t], through shared memory.
template <bool with_barrier>
__global__ void reverse(const float* in, float* out) {
  float* tile = cuda::SharedMemory::of_block().take(kThreads);
  const unsigned t = threadIdx.x;
  tile[t] = in[t];
  if constexpr (with_barrier) __syncthreads();
  out[t] = tile[kThreads - 1 - t];
}

/// The same through shared memory of fixed size.
template <bool with_barrier>
__global__ void reverse_fixed(const float* in, float* out) {
  __shared__ float tile[kThreads];
  const unsigned t = threadIdx.x;
  tile[t] = in[t];
  if constexpr (with_barrier) __syncthreads();
  out[t + blockIdx.x * kThreads] = tile[kThreads - 1 - t];
}

/// Rotates twice; without its second barrier a fast thread overwrites what a slow one has still to read.
template <bool with_barrier>
__global__ void rotate_twice(const float* in, float* out) {
  float* tile = cuda::SharedMemory::of_block().take(kThreads);
  const unsigned t = threadIdx.x;
  float number = in[t];
  for (int turn = 0; turn < 2; ++turn) {
    tile[t] = number;
    __syncthreads();
    number = tile[(t + 1) % kThreads];
    if constexpr (with_barrier) __syncthreads();
  }
  out[t] = number;
}

/// Sum of a warp through shared memory, ordered by the warp's barrier alone.
template <bool with_barrier>
__global__ void warp_sum(const float* in, float* out) {
  float* tile = cuda::SharedMemory::of_block().take(kThreads);
  const unsigned t = threadIdx.x, lane = t % 32;
  tile[t] = in[t];
  if constexpr (with_barrier) __syncwarp();
  float sum = 0;
  if (lane == 0) {
    for (unsigned k = 0; k < 32; ++k) sum += tile[t + k];
    out[t / 32] = sum;
  }
}

enum class Lanes { all, one_stays_away, one_elsewhere, one_misplaced, unaligned };

/// out = in in' by tensor cores, 16 x 16 each, by the first warp of the block.
template <bool with_barrier>
__global__ void square(const float* in, float* out, Lanes lanes) {
  using namespace nvcuda;
  cuda::SharedMemory shared = cuda::SharedMemory::of_block();
  __half* operand = shared.take_as<__half>(16 * 24);
  float* product = shared.take(16 * 20);
  const unsigned t = threadIdx.x;
  for (unsigned n = t; n < 16 * 16; n += kThreads) cuda::store(operand[n / 16 * 24 + n % 16], in[n]);
  if constexpr (with_barrier) __syncthreads();
  if (t < 32) {
    wmma::fragment<wmma::matrix_a, 16, 16, 16, __half, wmma::row_major> a;
    wmma::fragment<wmma::matrix_b, 16, 16, 16, __half, wmma::col_major> b;
    wmma::fragment<wmma::accumulator, 16, 16, 16, float> sum;
    wmma::fill_fragment(sum, 0.0f);
    const bool odd = t == 5;
    wmma::load_matrix_sync(a, operand + (lanes == Lanes::unaligned ? 1 : odd && lanes == Lanes::one_misplaced ? 16 * 24 / 2 : 0), 24);
    wmma::load_matrix_sync(b, operand, 24);
    if (odd && lanes == Lanes::one_stays_away) return;
    if (odd && lanes == Lanes::one_elsewhere) {
      wmma::mma_sync(sum, a, b, sum);
    } else {
      wmma::mma_sync(sum, a, b, sum);
    }
    wmma::store_matrix_sync(product, sum, 20, wmma::mem_row_major);
  }
  __syncthreads();
  for (unsigned n = t; n < 16 * 16; n += kThreads) out[n] = product[n / 16 * 20 + n % 16];
}

/// Every thread adds into one word without an order: a sum that loses summands or depends on who came last.
__global__ inline void everyone_writes_one_word(const float* in, float* out) {
  float* word = cuda::SharedMemory::of_block().take(1);
  *word = in[threadIdx.x];
  __syncthreads();
  if (threadIdx.x == 0) *out = *word;
}

/// Blocks that write the same word of global memory.
__global__ inline void blocks_write_one_word(float* out) {
  if (threadIdx.x == 0) *out = static_cast<float>(blockIdx.x);
}

__global__ inline void writes_shared(int at) {
  float* tile = cuda::SharedMemory::of_block().take(kThreads);
  if (threadIdx.x == 0) tile[at] = 1.0f;
}

/// Two arrays in shared memory; the first one's end is overrun into what would be the second on a GPU.
__global__ inline void overruns_first_array() {
  cuda::SharedMemory shared = cuda::SharedMemory::of_block();
  float* first = shared.take(kThreads);
  float* second = shared.take(kThreads);
  second[threadIdx.x] = 0.0f;
  first[threadIdx.x + 1] = 1.0f;
}

__global__ inline void writes_global(float* out, int at) {
  if (threadIdx.x == 0) out[at] = 1.0f;
}

__global__ inline void reads_global(const float* in, float* out, int at) {
  if (threadIdx.x == 0) *out = in[at];
}

/// Sums shared memory that nobody has written.
__global__ inline void reads_unwritten(float* out) {
  const float* tile = cuda::SharedMemory::of_block().take(kThreads);
  out[threadIdx.x] = tile[threadIdx.x];
}

enum class Parting { leaves, other_barrier, warp_lane_leaves, warp_masks, warp_beside_block };

/// Threads that part ways at a barrier.
__global__ inline void parts_ways(Parting parting) {
  const unsigned t = threadIdx.x;
  switch (parting) {
    case Parting::leaves:
      if (t == 7) return;
      __syncthreads();
      break;
    case Parting::other_barrier:
      if (t < 32) {
        __syncthreads();
      } else {
        __syncthreads();
      }
      break;
    case Parting::warp_lane_leaves:
      if (t == 7) return;
      __syncwarp();
      break;
    case Parting::warp_masks: __syncwarp(t == 3 ? 0x0000FFFFu : 0xFFFFFFFFu); break;
    case Parting::warp_beside_block:
      if (t == 3) {
        __syncthreads();
      } else {
        __syncwarp();
      }
      __syncthreads();
      break;
  }
}

}  // namespace synthbench::broken
