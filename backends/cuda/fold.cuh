#pragma once

#include <cmath>

#include "backends/cuda/launch.cuh"
#include "backends/cuda/tile_logits.cuh"

namespace synthbench::cuda {

// Calls whose logits the batch shares: S (H,N,M) is made once, whatever the batch. Samples that see the same keys are a group, and lie
// side by side as the columns of its products: column n is column n % D of the group's sample n / D.
//
//   without key lengths   one group of B samples; the table holds P = softmax(S)
//   with key lengths      a group per sample; the table holds S, and P_g = exp(S - m_g) / l_g when a tile is loaded
//
// m_g and l_g are of the keys that group g sees. One table of exponentials for all groups would be relative to a maximum that some of
// them do not see: where all of a sample's keys lie far below it, they would vanish.
//
// Kernels:  longest_sample  the keys that any sample sees, one warp
//           fold_logits     a tile of S per block
//           fold_softmax       m, l and lse of one row of a group per warp; P in place of S where there is one group
// Block: longest_sample 32 threads, 0 bytes of shared memory
// Block: fold_logits 128 threads, 33536 bytes of shared memory
// Block: fold_softmax 32 threads, 0 bytes of shared memory

/// A float per (h,i,j), where any sample's query i sees key j; undefined elsewhere.
struct Table {
  float* data = nullptr;
  int queries = 0, keys = 0;

  __device__ float& at(int h, int i, int j) const { return data[(std::int64_t{h} * queries + i) * keys + j]; }
};

struct Fold {
  Table table;
  float *largest = nullptr, *total = nullptr;  ///< (G,H,N) m and l
  int heads = 0, groups = 0, samples = 0;      ///< samples: of a group
  int columns = 0;                             ///< samples * D

  __device__ std::int64_t row(int g, int h, int i) const { return (std::int64_t{g} * heads + h) * table.queries + i; }

  /// P of group g, where it sees the key.
  __device__ float probability(int g, int h, int i, int j) const {
    const float entry = table.at(h, i, j);
    return groups == 1 ? entry : expf(entry - largest[row(g, h, i)]) / total[row(g, h, i)];
  }
};

/// Column n of the group whose first sample is at.b.
template <typename T>
__device__ float folded(const Tensor<T>& tensor, int width, const Place& at, int row, int n) {
  return tensor.get(at.b + n / width, at.h, row, n % width);
}

/// Where the block's tile of queries lies: blocks count through the tiles of one head after another. at.b: the group, which is also its
/// first sample, and the one that says what the group sees.
template <typename T>
__device__ Place queries_of_block(const Problem<T>& p, int group) {
  const int blocks = (p.queries + kTile - 1) / kTile, block = static_cast<int>(blockIdx.x);
  Place at{group, block / blocks, block % blocks * kTile, 0, {}};
  at.keys = visible_to_tile(p, group, at.i);
  return at;
}

/// tile = P of the group at.b, 0 where it does not see the key.
template <Rows rows, typename T>
__device__ void load_probabilities(const Problem<T>& p, const Fold& fold, const TileMemory& memory, const Place& at) {
  for_each_entry<rows>(p, memory, at,
                       [&](float& entry, int i, int j, bool seen) { entry = seen ? fold.probability(at.b, at.h, i, j) : 0.0f; });
}

template <typename T>
__global__ void longest_sample(const __grid_constant__ Problem<T> p, std::int32_t* longest) {
  int most = 0;
  for (int b = lane_of_warp(); b < p.batch; b += kWarp) most = max(most, p.key_lengths[b * p.key_lengths_stride]);
  for (int step = kWarp / 2; step > 0; step /= 2) most = max(most, __shfl_xor_sync(kAllLanes, most, step));
  if (lane_of_warp() == 0) *longest = most;
}

template <typename T>
__global__ void __launch_bounds__(kTileThreads) fold_logits(const __grid_constant__ Problem<T> p, const Table table) {
  SharedMemory shared = SharedMemory::of_block();
  const TileMemory memory = TileMemory::in(shared);
  Place at = queries_of_block(p, 0);
  at.j = static_cast<int>(blockIdx.y) * kTile;
  if (!at.sees_anything()) return;
  make_logits<Rows::queries>(p, memory, at, 0.0f, [&](float s, int i, int j) { return table.at(at.h, i, j) = s; });
}

/// lse: written for every sample of the group, unless it is absent.
template <typename T>
__global__ void fold_softmax(const __grid_constant__ Problem<T> p, const __grid_constant__ Fold fold, const Tensor<float> lse) {
  const int row = static_cast<int>(blockIdx.x), lane = lane_of_warp();
  const int i = row % p.queries, h = row / p.queries % p.heads, g = row / p.queries / p.heads;
  const Range seen = p.visible(g, i);
  float largest = -INFINITY, total = 0.0f;
  for (int j = seen.begin + lane; j < seen.end; j += kWarp) largest = fmaxf(largest, fold.table.at(h, i, j));
  largest = warp_max(largest);
  for (int j = seen.begin + lane; j < seen.end; j += kWarp) total += expf(fold.table.at(h, i, j) - largest);
  total = warp_sum(total);
  for (int j = seen.begin + lane; fold.groups == 1 && j < seen.end; j += kWarp) {
    float& entry = fold.table.at(h, i, j);
    entry = expf(entry - largest) / total;
  }
  if (lane != 0) return;
  fold.largest[row] = largest;
  fold.total[row] = total;
  for (int b = g; lse.data != nullptr && b < g + fold.samples; ++b) store(lse.at(b, h, i, 0), largest + logf(total));  // -inf where nothing
}

/// A call with its table, in scratch memory for as long as this lives.
template <typename T>
class FoldedCall {
 public:
  /// lse: where to write it; absent in backward.
  FoldedCall(const AttentionCall& call, const Tensor<float>& lse, cudaStream_t stream)
      : p(problem_of<T>(call)),
        everyone(p),
        logits_(size_of_table(), stream),
        largest_(rows(), stream),
        total_(rows(), stream),
        longest_(1, stream) {
    everyone.batch = 1;
    if (p.key_lengths != nullptr) {
      launch(longest_sample<T>, dim3(1), dim3(kWarp), 0, stream, p, longest_.data());
      everyone.key_lengths = longest_.data();
      everyone.key_lengths_stride = 0;
    }
    const int samples = p.key_lengths == nullptr ? p.batch : 1;
    fold = {{logits_.data(), p.queries, p.keys}, largest_.data(), total_.data(), p.heads, groups(), samples, samples * p.width};
    launch(fold_logits<T>, dim3(blocks_of_queries(), tiles_of(p.keys)), dim3(kTileThreads), TileMemory::bytes(), stream, everyone,
           fold.table);
    launch(fold_softmax<T>, dim3(static_cast<unsigned>(rows())), dim3(kWarp), 0, stream, p, fold, lse);
  }

  std::size_t size_of_table() const {
    return static_cast<std::size_t>(p.heads) * static_cast<std::size_t>(p.queries) * static_cast<std::size_t>(p.keys);
  }
  /// Of all groups.
  std::size_t rows() const {
    return static_cast<std::size_t>(groups()) * static_cast<std::size_t>(p.heads) * static_cast<std::size_t>(p.queries);
  }
  int groups() const { return p.key_lengths == nullptr ? 1 : p.batch; }
  unsigned blocks_of_queries() const { return static_cast<unsigned>(p.heads) * tiles_of(p.queries); }
  unsigned blocks_of_keys() const { return static_cast<unsigned>(p.heads) * tiles_of(p.keys); }
  unsigned blocks_of_columns() const { return static_cast<unsigned>(fold.groups) * tiles_of(fold.columns); }

  Problem<T> p;
  Problem<T> everyone;  ///< one sample that sees what any sample sees
  Fold fold;

 private:
  Scratch<float> logits_, largest_, total_;
  Scratch<std::int32_t> longest_;
};

}  // namespace synthbench::cuda
