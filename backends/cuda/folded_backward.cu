// backends/cuda/folded_backward.cu
// Gradients of attention whose logits the batch shares: the sum over the batch is the depth of a product.
//
//   in the forward pass:  Y'[i,:] = sum_j P[i,j] V'[j,:]        V', Y' (G,H,M,B/G*D), (G,H,N,B/G*D): samples that see the same keys
//   dV'[j,:]  = sum_i P[i,j] dY'[i,:]
//   dP[i,j]   = dY'[i,:] . V'[j,:], summed over the samples of the group          delta[i] = sum_j P dP        (G,H,N)
//   dS[i,j]   = sum over groups of P dP  -  sum over groups of P[i,j] delta[i]    (H,N,M), into the sides of each term
//
// Kernels:  longest_sample, fold_logits, fold_softmax (fold.cuh)   the table
//           fold_value_gradients                                64 rows x 64 columns of dV' per block
//           fold_logit_gradients                                64 rows of dS per block; not run where no side wants a gradient
//           tile_rows, tile_entries (side_gradients.cuh)        sides, from dS
// The table and dS are kept in scratch memory, H N M floats each, for the length of the call.
// Block: fold_value_gradients 128 threads, 33536 bytes of shared memory
// Block: fold_logit_gradients 128 threads, 33536 bytes of shared memory
#include <algorithm>

#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/fold.cuh"
#include "backends/cuda/launch.cuh"
#include "backends/cuda/side_gradients.cuh"

namespace synthbench::cuda {
namespace {

template <typename T>
__global__ void __launch_bounds__(kTileThreads, 4)
    fold_value_gradients(const __grid_constant__ Problem<T> p, const __grid_constant__ Fold fold, const Tensor<const T> grad_out,
                         const Tensor<T> grad) {
  SharedMemory shared = SharedMemory::of_block();
  const TileMemory memory = TileMemory::in(shared);
  const int key_blocks = (p.keys + kTile - 1) / kTile, block = static_cast<int>(blockIdx.x);
  const int column_blocks = (fold.columns + kTile - 1) / kTile, c0 = static_cast<int>(blockIdx.y) % column_blocks * kTile;
  Place at{static_cast<int>(blockIdx.y) / column_blocks, block / key_blocks, 0, block % key_blocks * kTile, {}};
  Sums sums;
  for (; at.i < p.queries; at.i += kTile) {
    at.keys = visible_to_tile(p, at.b, at.i);
    if (!at.sees_anything()) continue;
    load_probabilities<Rows::keys>(p, fold, memory, at);
    add_tile_product(sums, memory, min(kTile, p.queries - at.i),
                     [&](int k, int c) { return c0 + c < fold.columns ? folded(grad_out, p.width, at, at.i + k, c0 + c) : 0.0f; });
  }
  for_each_sum([&](int r, int c) {
    const int j = at.j + tile_row(r), n = c0 + tile_col(c);
    if (j < p.keys && n < fold.columns) grad.add(at.b + n / p.width, at.h, j, n % p.width, sums.at[r][c]);
  });
}

/// delta of this thread's rows += parts. The 16 threads of a row are half a warp; the first of them keeps the sum.
__device__ void add_to_delta(float* delta, const Fold& fold, const Place& at, const float (&parts)[kRowsEach]) {
#pragma unroll
  for (int r = 0; r < kRowsEach; ++r) {
    const float of_row = warp_sum(parts[r], kColThreads);
    const int i = at.i + tile_row(r);
    if (tile_col(0) == 0 && i < fold.table.queries) delta[fold.row(at.b, at.h, i)] += of_row;
  }
}

/// The sum over groups of P dP into `gradients`, delta of each group beside, then what delta takes away. Each thread finds what it wrote.
template <typename T>
__global__ void __launch_bounds__(kTileThreads)
    fold_logit_gradients(const __grid_constant__ Problem<T> p, const __grid_constant__ Fold fold, const Tensor<const T> grad_out,
                         float* delta, const Table gradients) {
  SharedMemory shared = SharedMemory::of_block();
  const TileMemory memory = TileMemory::in(shared);
  Place at = queries_of_block(p, 0);
  for (int n = thread_of_block(); n < fold.groups * kTile; n += kTileThreads) {
    if (at.i + n % kTile < p.queries) delta[fold.row(n / kTile, at.h, at.i + n % kTile)] = 0.0f;
  }
  __syncthreads();
  for (; at.j < p.keys; at.j += kTile) {
    Sums weighted;
    for (at.b = 0; at.b < fold.groups; ++at.b) {
      at.keys = visible_to_tile(p, at.b, at.i);
      if (!at.sees_anything()) continue;
      Sums dp;
      add_product(
          dp, memory, fold.columns,
          [&](int row, int n) { return at.i + row < p.queries ? folded(grad_out, p.width, at, at.i + row, n) : 0.0f; },
          [&](int col, int n) { return at.keys.holds(at.j + col) ? folded(p.value, p.width, at, at.j + col, n) : 0.0f; });
      load_probabilities<Rows::queries>(p, fold, memory, at);
      float of_rows[kRowsEach] = {};
      for_each_sum([&](int r, int c) {
        const float part = memory.at(tile_row(r), tile_col(c)) * dp.at[r][c];
        weighted.at[r][c] += part;
        of_rows[r] += part;
      });
      add_to_delta(delta, fold, at, of_rows);
      __syncthreads();
    }
    put_in_tile(weighted, memory);
    at.b = 0;
    for_each_entry<Rows::queries>(p, memory, at, [&](float& entry, int i, int j, bool) {
      if (i < p.queries && j < p.keys) gradients.at(at.h, i, j) = entry;
    });
  }
  for (at.b = 0; at.b < fold.groups; ++at.b) {
    at.keys = visible_to_tile(p, at.b, at.i);
    for (at.j = at.keys.begin / kTile * kTile; at.j < at.keys.end; at.j += kTile) {
      for_each_entry<Rows::queries>(p, memory, at, [&](float&, int i, int j, bool seen) {
        if (seen) gradients.at(at.h, i, j) -= fold.probability(at.b, at.h, i, j) * delta[fold.row(at.b, at.h, i)];
      });
    }
  }
}

/// Tiles of dS from the table.
struct Stored {
  using Memory = TileMemory;
  static constexpr int kRowBlocks = 3, kEntryBlocks = 5;
  Table gradients;

  template <Rows rows, typename T>
  __device__ void make_logit_gradients(const Problem<T>& p, const TileMemory& memory, const Place& at) const {
    for_each_entry<rows>(p, memory, at, [&](float& entry, int i, int j, bool seen) { entry = seen ? gradients.at(at.h, i, j) : 0.0f; });
  }
};

bool any_side_wanted(const AttentionGrads& grads) {
  return std::any_of(grads.terms.begin(), grads.terms.end(), [](const AttentionGrads::Term& term) { return term.lhs || term.rhs; });
}

}  // namespace

void folded_backward(const AttentionCall& call, const ConstView& grad_out, const AttentionGrads& grads) {
  with_storage(call.value.dtype, [&]<typename T>(T) {
    const auto stream = static_cast<cudaStream_t>(call.stream);
    const FoldedCall<T> folded(call, Tensor<float>(), stream);
    const Tensor<const T> dy = tensor<T>(grad_out);
    if (grads.value) {
      launch(fold_value_gradients<T>, dim3(folded.blocks_of_keys(), folded.blocks_of_columns()), dim3(kTileThreads), TileMemory::bytes(),
             stream, folded.p, folded.fold, dy, tensor<T>(grads.value));
    }
    if (!any_side_wanted(grads)) return;
    const Scratch<float> delta(folded.rows(), stream), memory(folded.size_of_table(), stream);
    const Table gradients{memory.data(), folded.p.queries, folded.p.keys};
    launch(fold_logit_gradients<T>, dim3(folded.blocks_of_queries()), dim3(kTileThreads), TileMemory::bytes(), stream, folded.p,
           folded.fold, dy, delta.data(), gradients);
    const SideGradients<T, Stored> sides{folded.everyone, {gradients}, stream};
    launch_sides(sides, call, grads);
  });
}

}  // namespace synthbench::cuda
