// backends/cuda/wmma.cu
// The kernel `wmma`: tiles of 64 queries x 64 keys (tile_forward.cuh, tile_backward.cuh), their products made by tensor cores
// (wmma_tile.cuh). Calls in bf16 or f16 whose terms are all inner products.
#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/tile_backward.cuh"
#include "backends/cuda/tile_forward.cuh"
#include "backends/cuda/wmma_tile.cuh"

namespace synthbench::cuda {

void wmma_forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  with_half_storage(call.value.dtype, [&]<typename T>(T) { forward_in_tiles<TensorTile<T>, T>(call, outputs); });
}

void wmma_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  with_half_storage(call.value.dtype, [&]<typename T>(T) { backward_in_tiles<TensorTile<T>, T>(call, outputs, grad_out, grads); });
}

}  // namespace synthbench::cuda
