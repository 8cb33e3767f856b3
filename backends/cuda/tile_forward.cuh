#pragma once

// Attention in tiles of 64 queries x 64 keys: logits live in shared memory, never in the device's.
//
//   for each block of queries, over blocks of keys, with a running maximum m and sum l of each row:
//     S tile -> m' = max(m, rowmax S) -> P = exp(S - m') -> l = l exp(m - m') + rowsum P -> Y = Y exp(m - m') + keep P V
//   out (B,H,N,D) = Y / l     lse (B,H,N,1) = m + log l     V (B,H,M,D)
//
// A block owns 64 queries and 64 columns of V; where D > 64 several blocks compute the same logits. Keys that no query of the block
// sees are skipped. Numerics: a row has seen no key while m = -inf; then exp(m - m') is 0 by choice, not by -inf - -inf.
// Memory: who makes the products, TileMemory or TensorTile<T>.
// Block: forward_tile 128 threads, 33792 bytes of shared memory
// Block: forward_tile<TensorTile> 128 threads, 36352 bytes of shared memory
#include <cmath>

#include "backends/cuda/launch.cuh"
#include "backends/cuda/running_row.cuh"
#include "backends/cuda/tile_logits.cuh"

namespace synthbench::cuda {

template <typename Memory, typename T>
__global__ void __launch_bounds__(kTileThreads, 4)
    forward_tile(const __grid_constant__ Problem<T> p, const Tensor<T> out, const Tensor<float> lse) {
  SharedMemory shared = SharedMemory::of_block();
  float* of_row = shared.take(kTile);  // a number per row, from its threads to those that sum
  const Memory memory = Memory::in(shared);
  const int blocks = (p.queries + kTile - 1) / kTile, block = static_cast<int>(blockIdx.x), d0 = static_cast<int>(blockIdx.y) * kTile;
  const int row = thread_of_block() / kRowShare, first = thread_of_block() % kRowShare;
  Place at{block / blocks / p.heads, block / blocks % p.heads, block % blocks * kTile, 0, {}};
  at.keys = visible_to_tile(p, at.b, at.i);
  RunningRow running;
  Sums sums;
  for (at.j = at.keys.begin; at.j < at.keys.end; at.j += kTile) {
    make_logits<Rows::queries>(p, memory, at, -INFINITY, [](float s, int, int) { return s; });
    const float shrink = running.absorb(memory, row, first);
    if (first == 0) of_row[row] = shrink;
    __syncthreads();
    for_each_sum([&](int r, int c) { sums.at[r][c] *= of_row[tile_row(r)]; });
    if (p.dropout.rate > 0.0) {
      for_each_entry<Rows::queries>(p, memory, at, [&](float& entry, int i, int j, bool) { entry *= p.keep(at.b, at.h, i, j); });
    }
    add_tile_product(sums, memory, min(kTile, at.keys.end - at.j),
                     [&](int k, int d) { return d0 + d < p.width ? p.value.get(at.b, at.h, at.j + k, d0 + d) : 0.0f; });
  }
  if (first == 0) of_row[row] = running.total;
  if (first == 0 && d0 == 0 && at.i + row < p.queries) {  // -inf + log 0 where nothing was seen
    store(lse.at(at.b, at.h, at.i + row, 0), running.largest + logf(running.total));
  }
  __syncthreads();
  for_each_sum([&](int r, int c) {
    const int i = at.i + tile_row(r), d = d0 + tile_col(c);
    const float total = of_row[tile_row(r)];
    if (i < p.queries && d < p.width) store(out.at(at.b, at.h, i, d), total == 0.0f ? 0.0f : sums.at[r][c] / total);
  });
}

template <typename Memory, typename T>
void forward_in_tiles(const AttentionCall& call, const AttentionOutputs& outputs) {
  const Problem<T> p = problem_of<T>(call);
  SharedMemory shared = SharedMemory::to_measure();
  shared.take(kTile);
  Memory::in(shared);
  const unsigned blocks = static_cast<unsigned>(p.batch * p.heads) * tiles_of(p.queries);
  launch(forward_tile<Memory, T>, dim3(blocks, tiles_of(p.width)), dim3(kTileThreads), shared.bytes(),
         static_cast<cudaStream_t>(call.stream), p, tensor<T>(outputs.out), tensor<float>(outputs.lse));
}

}  // namespace synthbench::cuda
