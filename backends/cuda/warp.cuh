#pragma once

#include <cuda_runtime.h>

namespace synthbench::cuda {

inline constexpr int kWarp = 32;
inline constexpr unsigned kAllLanes = 0xFFFFFFFFu;

__device__ inline int lane_of_warp() { return static_cast<int>(threadIdx.x) % kWarp; }

// Reductions over groups of `width` lanes (a power of two): every lane has the result, and all of them the same bits.

__device__ inline float warp_max(float number, int width = kWarp) {
  for (int step = width / 2; step > 0; step /= 2) number = fmaxf(number, __shfl_xor_sync(kAllLanes, number, step));
  return number;
}

__device__ inline float warp_sum(float number, int width = kWarp) {
  for (int step = width / 2; step > 0; step /= 2) number += __shfl_xor_sync(kAllLanes, number, step);
  return number;
}

}  // namespace synthbench::cuda
