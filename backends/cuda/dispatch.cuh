#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <utility>

#include "backends/core/tensor_view.h"

namespace synthbench::cuda {

/// run(T{}) with the type in which dtype is stored; f64 and i32 were refused before.
template <typename Run>
void with_storage(DType dtype, Run&& run) {
  switch (dtype) {
    case DType::f32: return std::forward<Run>(run)(float{});
    case DType::f16: return std::forward<Run>(run)(__half{});
    case DType::bf16: return std::forward<Run>(run)(__nv_bfloat16{});
    case DType::f64:
    case DType::i32: return;
  }
}

/// The same for what only bf16 and f16 come to.
template <typename Run>
void with_half_storage(DType dtype, Run&& run) {
  if (dtype == DType::f16) return std::forward<Run>(run)(__half{});
  std::forward<Run>(run)(__nv_bfloat16{});
}

}  // namespace synthbench::cuda
