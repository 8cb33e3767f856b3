#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backends/core/attention.h"

namespace synthbench::cuda {

/// Kernels take a call by value, so that its terms have room for this many.
inline constexpr int kMostTerms = 12;

/// Why kernels of this program cannot reach tensors of that place: no GPU, or tensors of the host.
std::optional<std::string> unreachable(Place place);

/// Memory of the GPU that CUDA shows first; null where kernels run on host memory.
std::unique_ptr<DeviceMemory> device_memory();

/// One row at a time: cuda_naive. T is float, __half or __nv_bfloat16, chosen by the dtype of the call.
void naive_forward(const AttentionCall& call, const AttentionOutputs& outputs);
void naive_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads);

/// Tiles of 64 queries x 64 keys: cuda, whatever the call.
void tiled_forward(const AttentionCall& call, const AttentionOutputs& outputs);
void tiled_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads);

/// The same with tensor cores: cuda, where fits_tensor_cores().
void wmma_forward(const AttentionCall& call, const AttentionOutputs& outputs);
void wmma_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads);

/// One table per head for the whole batch: cuda, where foldable().
void folded_forward(const AttentionCall& call, const AttentionOutputs& outputs);
void folded_backward(const AttentionCall& call, const ConstView& grad_out, const AttentionGrads& grads);

}  // namespace synthbench::cuda
