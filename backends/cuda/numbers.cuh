#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>

namespace synthbench::cuda {

// Numbers are stored as float, __half or __nv_bfloat16; all arithmetic is float.

__device__ inline float load(float number) { return number; }
__device__ inline float load(__half number) { return __half2float(number); }
__device__ inline float load(__nv_bfloat16 number) { return __bfloat162float(number); }

__device__ inline void store(float& place, float number) { place = number; }
__device__ inline void store(__half& place, float number) { place = __float2half_rn(number); }
__device__ inline void store(__nv_bfloat16& place, float number) { place = __float2bfloat16_rn(number); }

}  // namespace synthbench::cuda
