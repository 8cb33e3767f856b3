// backends/cuda/folded_backward.cu
// Gradients of attention whose logits the batch shares: the sum over the batch is the depth of a product.
//
//   in the forward pass:  Y'[i,:] = sum_j P[i,j] V'[j,:]                V', Y' (H,M,B*D), (H,N,B*D): all samples side by side
//   dV'[j,:]  = sum_i P[i,j] dY'[i,:]
//   dP[i,j]   = dY'[i,:] . V'[j,:], summed over the batch               delta[i] = sum_j P dP
//   dS[i,j]   = P[i,j] (dP[i,j] - delta[i])                             (H,N,M), into the sides of each term
//
// Kernels:  fold_probabilities (fold.cuh)                       64 rows of P per block
//           fold_value_gradients                                64 rows x 64 columns of dV' per block
//           fold_logit_gradients                                64 rows of dS per block; not run where no side wants a gradient
//           tile_rows, tile_entries (side_gradients.cuh)        sides, from dS
// P and dS are kept in scratch memory, H N M floats each, for the length of the call.
// Block: fold_value_gradients 128 threads, 33536 bytes of shared memory
// Block: fold_logit_gradients 128 threads, 33792 bytes of shared memory
#include <algorithm>

#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/fold.cuh"
#include "backends/cuda/launch.cuh"
#include "backends/cuda/side_gradients.cuh"

namespace synthbench::cuda {
namespace {

template <typename T>
__global__ void __launch_bounds__(kTileThreads) fold_value_gradients(const __grid_constant__ Problem<T> p, const Table table,
                                                                     const Tensor<const T> grad_out, int columns, const Tensor<T> grad) {
  SharedMemory shared = SharedMemory::of_block();
  const TileMemory memory = TileMemory::in(shared);
  const int blocks = (p.keys + kTile - 1) / kTile, block = static_cast<int>(blockIdx.x), c0 = static_cast<int>(blockIdx.y) * kTile;
  Place at{0, block / blocks, 0, block % blocks * kTile, {}};
  Sums sums;
  for (; at.i < p.queries; at.i += kTile) {
    at.keys = visible_to_tile(p, 0, at.i);
    if (!at.sees_anything()) continue;
    load_tile<Rows::keys>(p, table, memory, at);
    add_tile_product(sums, memory, min(kTile, p.queries - at.i),
                     [&](int k, int c) { return c0 + c < columns ? folded(grad_out, p.width, at.h, at.i + k, c0 + c) : 0.0f; });
  }
  for_each_sum([&](int r, int c) {
    const int j = at.j + tile_row(r), n = c0 + tile_col(c);
    if (j < p.keys && n < columns) grad.add(n / p.width, at.h, j, n % p.width, sums.at[r][c]);
  });
}

/// dP into `gradients`, delta of each row, then dS in place. Each thread finds what it wrote itself.
template <typename T>
__global__ void __launch_bounds__(kTileThreads) fold_logit_gradients(const __grid_constant__ Problem<T> p, const Table probabilities,
                                                                     const Tensor<const T> grad_out, int columns, const Table gradients) {
  SharedMemory shared = SharedMemory::of_block();
  float* delta = shared.take(kTile);
  const TileMemory memory = TileMemory::in(shared);
  Place at = queries_of_block(p);
  float mean[kRowsEach] = {};
  for (; at.j < at.keys.end; at.j += kTile) {
    Sums dp;
    add_product(
        dp, memory, columns, [&](int row, int n) { return at.i + row < p.queries ? folded(grad_out, p.width, at.h, at.i + row, n) : 0.0f; },
        [&](int col, int n) { return at.keys.holds(at.j + col) ? folded(p.value, p.width, at.h, at.j + col, n) : 0.0f; });
    load_tile<Rows::queries>(p, probabilities, memory, at);
    for_each_sum([&](int r, int c) { mean[r] += memory.at(tile_row(r), tile_col(c)) * dp.at[r][c]; });
    __syncthreads();
    put_in_tile(dp, memory);
    for_each_entry<Rows::queries>(p, memory, at, [&](float& entry, int i, int j, bool seen) {
      if (seen) gradients.at(at.h, i, j) = entry;
    });
  }
#pragma unroll
  for (int r = 0; r < kRowsEach; ++r) {  // the 16 threads of a row are half a warp
    const float of_row = warp_sum(mean[r], kColThreads);
    if (tile_col(0) == 0) delta[tile_row(r)] = of_row;
  }
  __syncthreads();
  for (at.j = at.keys.begin; at.j < at.keys.end; at.j += kTile) {
    for_each_entry<Rows::queries>(p, memory, at, [&](float&, int i, int j, bool seen) {
      if (!seen) return;
      float& entry = gradients.at(at.h, i, j);
      entry = probabilities.at(at.h, i, j) * (entry - delta[i - at.i]);
    });
  }
}

/// Tiles of dS from the table.
struct Stored {
  Table gradients;

  template <Rows rows, typename T>
  __device__ void make_logit_gradients(const Problem<T>& p, const TileMemory& memory, const Place& at) const {
    load_tile<rows>(p, gradients, memory, at);
  }
};

bool any_side_wanted(const AttentionGrads& grads) {
  return std::any_of(grads.terms.begin(), grads.terms.end(), [](const AttentionGrads::Term& term) { return term.lhs || term.rhs; });
}

}  // namespace

void folded_backward(const AttentionCall& call, const ConstView& grad_out, const AttentionGrads& grads) {
  with_storage(call.value.dtype, [&]<typename T>(T) {
    const auto stream = static_cast<cudaStream_t>(call.stream);
    const Problem<T> p = one_sample_of<T>(call);
    const Tensor<const T> dy = tensor<T>(grad_out);
    const auto heads = static_cast<unsigned>(p.heads);
    const int columns = static_cast<int>(call.value.shape.batch) * p.width;
    const Scratch<float> memory(table_size(p), stream);
    const Table probabilities{memory.data(), p.queries, p.keys};
    make_probability_table(p, probabilities, Tensor<float>(), 0, stream);
    if (grads.value) {
      launch(fold_value_gradients<T>, dim3(heads * tiles_of(p.keys), tiles_of(columns)), dim3(kTileThreads), TileMemory::bytes(), stream, p,
             probabilities, dy, columns, tensor<T>(grads.value));
    }
    if (!any_side_wanted(grads)) return;
    const Scratch<float> gradient_memory(table_size(p), stream);
    const Table gradients{gradient_memory.data(), p.queries, p.keys};
    SharedMemory shared = SharedMemory::to_measure();
    shared.take(kTile);
    TileMemory::in(shared);
    launch(fold_logit_gradients<T>, dim3(heads * tiles_of(p.queries)), dim3(kTileThreads), shared.bytes(), stream, p, probabilities, dy,
           columns, gradients);
    const SideGradients<T, Stored> sides{p, {gradients}, stream};
    for (int t = 0; t < p.terms; ++t) {
      const auto at = static_cast<std::size_t>(t);
      sides.term(t, call.terms[at], grads.terms[at]);
    }
  });
}

}  // namespace synthbench::cuda
