#pragma once

// What kernel sources of synthbench use of CUDA's runtime, for the host compiler: found instead of NVIDIA's header of this name
// when sources are compiled for the tests. One device, whose memory is host memory; every stream is done when a launch returns.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <source_location>
#include <type_traits>

#include "tests/cuda_on_cpu/block.h"
#include "tests/cuda_on_cpu/memory.h"

#define SYNTHBENCH_CUDA_ON_CPU 1
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __grid_constant__
#define __launch_bounds__(...)
#define __shared__ static  // one block at a time: what is static is the block's own. Its guard bands are AddressSanitizer's

using std::max;  // CUDA has them without std
using std::min;

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
  constexpr dim3(unsigned in_x = 1, unsigned in_y = 1, unsigned in_z = 1) : x(in_x), y(in_y), z(in_z) {}  // NOLINT: as CUDA's
};

// threadIdx.x and its like: asked of the scheduler each time, so that no switch of threads can leave them stale.
namespace synthbench::cuda_on_cpu {
template <Extent3 (*Ask)(), unsigned Extent3::*Axis>
struct Coordinate {
  operator unsigned() const { return Ask().*Axis; }  // NOLINT: reads like CUDA's
};
template <Extent3 (*Ask)()>
struct Coordinates {
  [[no_unique_address]] Coordinate<Ask, &Extent3::x> x;
  [[no_unique_address]] Coordinate<Ask, &Extent3::y> y;
  [[no_unique_address]] Coordinate<Ask, &Extent3::z> z;
};
}  // namespace synthbench::cuda_on_cpu

inline constexpr synthbench::cuda_on_cpu::Coordinates<synthbench::cuda_on_cpu::this_thread> threadIdx{};
inline constexpr synthbench::cuda_on_cpu::Coordinates<synthbench::cuda_on_cpu::this_block> blockIdx{};
inline constexpr synthbench::cuda_on_cpu::Coordinates<synthbench::cuda_on_cpu::block_extent> blockDim{};
inline constexpr synthbench::cuda_on_cpu::Coordinates<synthbench::cuda_on_cpu::grid_extent> gridDim{};

// Barriers, shuffles and votes of a warp of 32.
using CallSite = std::source_location;

inline void __syncthreads(CallSite where = CallSite::current()) { synthbench::cuda_on_cpu::wait_for_block(where); }
inline void __syncwarp(unsigned mask = 0xFFFFFFFFu, CallSite where = CallSite::current()) {
  synthbench::cuda_on_cpu::meet_in_warp(mask, {}, where);
}

namespace synthbench::cuda_on_cpu {

/// The value that lane `from` brought; a lane that mask does not name has nothing to read.
template <typename T>
T shuffled(unsigned mask, T value, unsigned from, CallSite where) {
  static_assert(std::is_trivially_copyable_v<T> && sizeof(T) <= 8);
  Brought mine;
  std::memcpy(mine.words.data(), &value, sizeof(T));
  const Brought* brought = meet_in_warp(mask, mine, where);
  if ((mask >> from & 1u) == 0) fail("shuffles from a lane that its mask does not name");
  std::memcpy(&value, brought[from].words.data(), sizeof(T));
  return value;
}

inline unsigned ballot(unsigned mask, bool yes, CallSite where) {
  const Brought* brought = meet_in_warp(mask, Brought{{yes ? 1u : 0u}}, where);
  unsigned votes = 0;
  for (unsigned lane = 0; lane < 32; ++lane) {
    if ((mask >> lane & 1u) != 0 && brought[lane].words[0] != 0) votes |= 1u << lane;
  }
  return votes;
}

}  // namespace synthbench::cuda_on_cpu

template <typename T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32, CallSite where = CallSite::current()) {
  const unsigned lane = synthbench::cuda_on_cpu::linear_thread() % 32, w = static_cast<unsigned>(width);
  return synthbench::cuda_on_cpu::shuffled(mask, value, lane / w * w + static_cast<unsigned>(source) % w, where);
}
template <typename T>
T __shfl_xor_sync(unsigned mask, T value, int lane_mask, int width = 32, CallSite where = CallSite::current()) {
  const unsigned lane = synthbench::cuda_on_cpu::linear_thread() % 32, w = static_cast<unsigned>(width);
  const unsigned other = lane ^ static_cast<unsigned>(lane_mask);
  return synthbench::cuda_on_cpu::shuffled(mask, value, other / w > lane / w ? lane : other, where);
}
template <typename T>
T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, CallSite where = CallSite::current()) {
  const unsigned lane = synthbench::cuda_on_cpu::linear_thread() % 32, w = static_cast<unsigned>(width);
  return synthbench::cuda_on_cpu::shuffled(mask, value, lane % w + delta < w ? lane + delta : lane, where);
}
inline unsigned __ballot_sync(unsigned mask, bool yes, CallSite where = CallSite::current()) {
  return synthbench::cuda_on_cpu::ballot(mask, yes, where);
}
inline int __any_sync(unsigned mask, bool yes, CallSite where = CallSite::current()) {
  return synthbench::cuda_on_cpu::ballot(mask, yes, where) != 0;
}
inline int __all_sync(unsigned mask, bool yes, CallSite where = CallSite::current()) {
  return synthbench::cuda_on_cpu::ballot(mask, yes, where) == mask;
}

// The host's side.
struct CUstream_st;
using cudaStream_t = CUstream_st*;
enum cudaError_t { cudaSuccess = 0, cudaErrorInvalidValue = 1, cudaErrorMemoryAllocation = 2, cudaErrorInvalidConfiguration = 9 };

inline const char* cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorInvalidValue: return "invalid argument";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInvalidConfiguration: return "invalid configuration argument";
  }
  return "unknown error";
}

inline cudaError_t cudaMallocAsync(void** memory, std::size_t bytes, cudaStream_t) {
  *memory = synthbench::cuda_on_cpu::allocate_device(bytes);
  return cudaSuccess;
}
inline cudaError_t cudaFreeAsync(void* memory, cudaStream_t) {
  synthbench::cuda_on_cpu::free_device(memory);
  return cudaSuccess;
}

struct cudaLaunchAttribute;
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};

/// Refuses what every device refuses, then runs the grid. Arguments are copied once, as CUDA does.
template <typename... Wanted, typename... Given>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Wanted...), Given&&... given) {
  const dim3 g = config->gridDim, b = config->blockDim;
  const bool grid_fits = g.x >= 1 && g.x <= 0x7FFFFFFFu && g.y >= 1 && g.y <= 65535 && g.z >= 1 && g.z <= 65535;
  const std::size_t threads = std::size_t{b.x} * b.y * b.z;
  if (!grid_fits || threads < 1 || threads > 1024 || b.z > 64 || config->dynamicSmemBytes > 48 * 1024) return cudaErrorInvalidConfiguration;
  const auto call = [kernel](std::remove_cv_t<Wanted>... args) -> std::function<void()> { return [=] { kernel(args...); }; };
  synthbench::cuda_on_cpu::run_grid({g.x, g.y, g.z}, {b.x, b.y, b.z}, config->dynamicSmemBytes, call(static_cast<Wanted>(given)...));
  return cudaSuccess;
}
