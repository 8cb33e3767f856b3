#pragma once

#include <cstddef>
#include <string>

namespace synthbench::cuda_on_cpu {

/// Device memory: host memory between guard bands, filled with NaN. Bands are looked at after every launch and when memory is freed.
void* allocate_device(std::size_t bytes);
/// Throws Fault when a guard band was written to, or when `memory` was not allocated here.
void free_device(void* memory);
std::size_t device_allocations();  ///< that are alive

/// Which band of which memory holds `address`: "12 bytes before device memory of 64 bytes"; empty where it is no guard band.
std::string guard_band_at(const void* address);
/// What was written into guard bands of device memory; empty where they are intact. Mends them, so that one fault is told once.
std::string broken_device_bands();

/// The shared memory of the block that runs: bytes between guard bands, NaN until they are written.
void start_shared(std::size_t bytes);
void* shared_memory();
std::size_t shared_bytes();
/// A kernel that carves several arrays out of its shared memory leaves this gap behind each of them and announces it.
inline constexpr std::size_t kSharedGap = 64;
void announce_gap(void* gap);
std::string broken_shared_bands();

}  // namespace synthbench::cuda_on_cpu
