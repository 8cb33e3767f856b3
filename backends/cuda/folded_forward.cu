// backends/cuda/folded_forward.cu
// Attention whose logits the batch shares: one table per head, and the samples that see the same keys as columns of one product.
//
//   P (G,H,N,M) = softmax(S) over what the group sees      Y'[i,:] = sum_j P[i,j] V'[j,:]      V', Y' (G,H,M,B/G*D), (G,H,N,B/G*D)
//   lse[b,h,i] = m + log l of its group
//
// Kernels:  longest_sample, fold_logits, fold_softmax (fold.cuh)   the table
//           fold_values                                         64 rows x 64 columns of Y' per block
// The table is kept in scratch memory, H N M floats, for the length of the call.
// Block: fold_values 128 threads, 33536 bytes of shared memory
#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/fold.cuh"
#include "backends/cuda/launch.cuh"

namespace synthbench::cuda {
namespace {

template <typename T>
__global__ void __launch_bounds__(kTileThreads)
    fold_values(const __grid_constant__ Problem<T> p, const __grid_constant__ Fold fold, const Tensor<T> out) {
  SharedMemory shared = SharedMemory::of_block();
  const TileMemory memory = TileMemory::in(shared);
  const int blocks = (fold.columns + kTile - 1) / kTile, block = static_cast<int>(blockIdx.y), c0 = block % blocks * kTile;
  Place at = queries_of_block(p, block / blocks);
  Sums sums;
  for (at.j = at.keys.begin; at.j < at.keys.end; at.j += kTile) {
    load_probabilities<Rows::queries>(p, fold, memory, at);
    add_tile_product(sums, memory, min(kTile, at.keys.end - at.j),
                     [&](int k, int c) { return c0 + c < fold.columns ? folded(p.value, p.width, at, at.j + k, c0 + c) : 0.0f; });
  }
  for_each_sum([&](int r, int c) {
    const int i = at.i + tile_row(r), n = c0 + tile_col(c);
    if (i < p.queries && n < fold.columns) store(out.at(at.b + n / p.width, at.h, i, n % p.width), sums.at[r][c]);
  });
}

}  // namespace

void folded_forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  with_storage(call.value.dtype, [&]<typename T>(T) {
    const auto stream = static_cast<cudaStream_t>(call.stream);
    const FoldedCall<T> folded(call, tensor<float>(outputs.lse), stream);
    launch(fold_values<T>, dim3(folded.blocks_of_queries(), folded.blocks_of_columns()), dim3(kTileThreads), TileMemory::bytes(), stream,
           folded.p, folded.fold, tensor<T>(outputs.out));
  });
}

}  // namespace synthbench::cuda
