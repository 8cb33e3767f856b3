// backends/cuda/folded_forward.cu
// Attention whose logits the batch shares: one softmax per head, then the batch as columns of one product.
//
//   P (H,N,M) = softmax(S)      Y'[i,:] = sum_j P[i,j] V'[j,:]      V', Y' (H,M,B*D), (H,N,B*D): all samples side by side
//   lse[b,h,i] = lse[h,i] for every sample b
//
// Kernels:  fold_probabilities (fold.cuh)  64 rows of P per block
//           fold_values                    64 rows x 64 columns of Y' per block
// P is kept in scratch memory, H N M floats, for the length of the call.
// Block: fold_values 128 threads, 33536 bytes of shared memory
#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/fold.cuh"
#include "backends/cuda/launch.cuh"

namespace synthbench::cuda {
namespace {

template <typename T>
__global__ void __launch_bounds__(kTileThreads)
    fold_values(const __grid_constant__ Problem<T> p, const Table table, int columns, const Tensor<T> out) {
  SharedMemory shared = SharedMemory::of_block();
  const TileMemory memory = TileMemory::in(shared);
  const int c0 = static_cast<int>(blockIdx.y) * kTile;
  Place at = queries_of_block(p);
  Sums sums;
  for (; at.j < at.keys.end; at.j += kTile) {
    load_tile<Rows::queries>(p, table, memory, at);
    add_tile_product(sums, memory, min(kTile, at.keys.end - at.j),
                     [&](int k, int c) { return c0 + c < columns ? folded(p.value, p.width, at.h, at.j + k, c0 + c) : 0.0f; });
  }
  for_each_sum([&](int r, int c) {
    const int i = at.i + tile_row(r), n = c0 + tile_col(c);
    if (i < p.queries && n < columns) store(out.at(n / p.width, at.h, i, n % p.width), sums.at[r][c]);
  });
}

}  // namespace

void folded_forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  with_storage(call.value.dtype, [&]<typename T>(T) {
    const auto stream = static_cast<cudaStream_t>(call.stream);
    const Problem<T> p = one_sample_of<T>(call);
    const int samples = static_cast<int>(call.value.shape.batch), columns = samples * p.width;
    const Scratch<float> memory(table_size(p), stream);
    const Table table{memory.data(), p.queries, p.keys};
    make_probability_table(p, table, tensor<float>(outputs.lse), samples, stream);
    launch(fold_values<T>, dim3(static_cast<unsigned>(p.heads) * tiles_of(p.queries), tiles_of(columns)), dim3(kTileThreads),
           TileMemory::bytes(), stream, p, table, columns, tensor<T>(outputs.out));
  });
}

}  // namespace synthbench::cuda
