#pragma once

#include <cmath>

#include "backends/cuda/launch.cuh"
#include "backends/cuda/running_row.cuh"
#include "backends/cuda/tile_logits.cuh"

namespace synthbench::cuda {

// Calls whose logits the batch shares, one table (H,N,M) for all samples. Problems here have the batch 1; values, outputs and their
// gradients lie side by side as B*D columns: column n is column n % D of sample n / D.
//
// Block: fold_probabilities 128 threads, 34048 bytes of shared memory

/// A float per (h,i,j), where query i sees key j; undefined elsewhere.
struct Table {
  float* data = nullptr;
  int queries = 0, keys = 0;

  __device__ float& at(int h, int i, int j) const { return data[(std::int64_t{h} * queries + i) * keys + j]; }
};

template <typename T>
__device__ float folded(const Tensor<T>& tensor, int width, int h, int row, int n) {
  return tensor.get(n / width, h, row, n % width);
}

/// Where the block's tile of queries lies: blocks count through the tiles of one head after another.
template <typename T>
__device__ Place queries_of_block(const Problem<T>& p) {
  const int blocks = (p.queries + kTile - 1) / kTile, block = static_cast<int>(blockIdx.x);
  Place at{0, block / blocks, block % blocks * kTile, 0, {}};
  at.keys = visible_to_tile(p, 0, at.i);
  at.j = at.keys.begin;
  return at;
}

/// tile = the table's entries, 0 where the query does not see the key.
template <Rows rows, typename T>
__device__ void load_tile(const Problem<T>& p, const Table& table, const TileMemory& memory, const Place& at) {
  for_each_entry<rows>(p, memory, at, [&](float& entry, int i, int j, bool seen) { entry = seen ? table.at(at.h, i, j) : 0.0f; });
}

/// The probabilities of 64 rows of a head: logits into the table with the running maximum m and sum l of each row, then exp(S - m) / l in
/// their place. Each thread finds what it wrote itself. Writes the lse of `samples` samples.
template <typename T>
__global__ void __launch_bounds__(kTileThreads)
    fold_probabilities(const __grid_constant__ Problem<T> p, const Table table, const Tensor<float> lse, int samples) {
  SharedMemory shared = SharedMemory::of_block();
  float* largest = shared.take(kTile);
  float* total = shared.take(kTile);
  const TileMemory memory = TileMemory::in(shared);
  const int row = thread_of_block() / kRowShare, first = thread_of_block() % kRowShare;
  Place at = queries_of_block(p);
  RunningRow running;
  for (; at.j < at.keys.end; at.j += kTile) {
    make_logits<Rows::queries>(p, memory, at, -INFINITY, [&](float s, int i, int j) { return table.at(at.h, i, j) = s; });
    running.absorb(memory, row, first);
    __syncthreads();
  }
  if (first == 0) {
    largest[row] = running.largest;
    total[row] = running.total;
    for (int b = 0; at.i + row < p.queries && b < samples; ++b) {
      store(lse.at(b, at.h, at.i + row, 0), running.largest + logf(running.total));  // -inf + log 0 where nothing was seen
    }
  }
  __syncthreads();
  for (at.j = at.keys.begin; at.j < at.keys.end; at.j += kTile) {
    for_each_entry<Rows::queries>(p, memory, at, [&](float&, int i, int j, bool seen) {
      if (!seen) return;
      float& entry = table.at(at.h, i, j);
      entry = expf(entry - largest[i - at.i]) / total[i - at.i];
    });
  }
}

/// Launches fold_probabilities over every tile of queries of every head.
template <typename T>
void make_probability_table(const Problem<T>& p, const Table& table, const Tensor<float>& lse, int samples, cudaStream_t stream) {
  SharedMemory shared = SharedMemory::to_measure();
  shared.take(kTile);
  shared.take(kTile);
  TileMemory::in(shared);
  launch(fold_probabilities<T>, dim3(static_cast<unsigned>(p.heads) * tiles_of(p.queries)), dim3(kTileThreads), shared.bytes(), stream, p,
         table, lse, samples);
}

/// The call as if it had one sample: no term tells samples apart.
template <typename T>
Problem<T> one_sample_of(const AttentionCall& call) {
  Problem<T> p = problem_of<T>(call);
  p.batch = 1;
  return p;
}

template <typename T>
std::size_t table_size(const Problem<T>& p) {
  return static_cast<std::size_t>(p.heads) * static_cast<std::size_t>(p.queries) * static_cast<std::size_t>(p.keys);
}

}  // namespace synthbench::cuda
