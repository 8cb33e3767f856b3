// backends/cuda/tiled.cu
// The kernel `tiled`: tiles of 64 queries x 64 keys (tile_forward.cuh, tile_backward.cuh), their products added up in registers in f32.
// Any call.
#include "backends/cuda/dispatch.cuh"
#include "backends/cuda/tile_backward.cuh"
#include "backends/cuda/tile_forward.cuh"

namespace synthbench::cuda {

void tiled_forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  with_storage(call.value.dtype, [&]<typename T>(T) { forward_in_tiles<TileMemory, T>(call, outputs); });
}

void tiled_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  with_storage(call.value.dtype, [&]<typename T>(T) { backward_in_tiles<TileMemory, T>(call, outputs, grad_out, grads); });
}

}  // namespace synthbench::cuda
