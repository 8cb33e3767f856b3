#pragma once

// Gradients in tiles of 64 queries x 64 keys, recomputed from lse; one that is not wanted costs nothing.
//
//   in the forward pass:  P = exp(S - lse)    Y[i] = sum_j keep P[i,j] V[j]    S = sum of scale * term
//   dP[i,j]   = keep dY[i] . V[j]                               delta[i] = sum_j P dP        (B,H,N)
//   dV[j]     = sum_i keep P[i,j] dY[i]                                                      (B,H,M,D)
//   dS[i,j]   = P[i,j] (dP[i,j] - delta[i])
//
// Kernels:  tile_delta  64 rows of delta per block
//           tile_rows, tile_entries (side_gradients.cuh): dV and both sides of each term
// Each gradient makes its own dS: up to 10 products of tiles where 5 would do, and nothing is stored.
// Numerics: delta is divided by sum_j P, which the rounding of lse keeps from being 1: at logits of 1e4 a row of dS would not cancel.
// Memory: who makes the products, TileMemory or TensorTile<T>.
// Block: tile_delta 128 threads, 33536 bytes of shared memory
// Block: tile_delta<TensorTile> 128 threads, 36096 bytes of shared memory
#include <cmath>

#include "backends/cuda/launch.cuh"
#include "backends/cuda/side_gradients.cuh"
#include "backends/cuda/tile_logits.cuh"

namespace synthbench::cuda {

template <typename Memory, typename T>
__global__ void __launch_bounds__(kTileThreads, 4)
    tile_delta(const __grid_constant__ Problem<T> p, const __grid_constant__ Given<T> g, float* delta) {
  SharedMemory shared = SharedMemory::of_block();
  const Memory memory = Memory::in(shared);
  const int blocks = (p.queries + kTile - 1) / kTile, block = static_cast<int>(blockIdx.x);
  Place at{block / blocks / p.heads, block / blocks % p.heads, block % blocks * kTile, 0, {}};
  at.keys = visible_to_tile(p, at.b, at.i);
  float mean[kRowsEach] = {}, total[kRowsEach] = {};
  for (at.j = at.keys.begin; at.j < at.keys.end; at.j += kTile) {
    const Sums products = probabilities_and_products<Rows::queries>(p, g, memory, at);
    for_each_sum([&](int r, int c) {
      const float probability = memory.at(tile_row(r), tile_col(c));
      mean[r] += fabsf(probability) * probability_gradient(p, probability, products.at[r][c]);
      total[r] += fabsf(probability);
    });
    __syncthreads();
  }
#pragma unroll
  for (int r = 0; r < kRowsEach; ++r) {  // the 16 threads of a row are half a warp
    const float of_row = warp_sum(mean[r], kColThreads), all = warp_sum(total[r], kColThreads);
    const int i = at.i + tile_row(r);
    if (tile_col(0) == 0 && i < p.queries) delta[(std::int64_t{at.b} * p.heads + at.h) * p.queries + i] = all == 0.0f ? 0.0f : of_row / all;
  }
}

/// Tiles made anew from the operands.
template <typename Tile, typename T>
struct Recomputed {
  using Memory = Tile;
  static constexpr int kRowBlocks = 3, kEntryBlocks = 3;
  Given<T> g;

  template <Rows rows>
  __device__ void make_logit_gradients(const Problem<T>& p, const Memory& memory, const Place& at) const {
    cuda::make_logit_gradients<rows>(p, g, memory, at);
  }
  template <Rows rows>
  __device__ void make_kept_probabilities(const Problem<T>& p, const Memory& memory, const Place& at) const {
    make_probabilities<rows>(p, g, memory, at);
    for_each_entry<rows>(p, memory, at, [&](float& entry, int, int, bool) { entry = kept(p, entry); });
  }
};

template <typename Memory, typename T>
void backward_in_tiles(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  const auto stream = static_cast<cudaStream_t>(call.stream);
  const Problem<T> p = problem_of<T>(call);
  const Scratch<float> delta(static_cast<std::size_t>(p.batch) * static_cast<std::size_t>(p.heads) * static_cast<std::size_t>(p.queries),
                             stream);
  const Given<T> given{tensor<T>(grad_out), tensor<float>(ConstView(outputs.lse)), delta.data()};
  launch(tile_delta<Memory, T>, dim3(static_cast<unsigned>(p.batch * p.heads) * tiles_of(p.queries)), dim3(kTileThreads), Memory::bytes(),
         stream, p, given, delta.data());
  const SideGradients<T, Recomputed<Memory, T>> backward{p, {given}, stream};
  backward.template rows<RowSum::value>(grad_out, 1.0f, grads.value);
  launch_sides(backward, call, grads);
}

}  // namespace synthbench::cuda
