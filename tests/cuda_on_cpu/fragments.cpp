#include "tests/cuda_on_cpu/fragments.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "tests/cuda_on_cpu/block.h"
#include "tests/cuda_on_cpu/memory.h"

namespace synthbench::cuda_on_cpu {
namespace {

constexpr unsigned kLanes = 32, kSide = 16, kAllLanes = 0xFFFFFFFFu;

/// Distance from the start of shared memory, which a GPU aligns; the host may not.
std::uintptr_t place_of(const void* memory) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory), start = reinterpret_cast<std::uintptr_t>(shared_memory());
  if (address < start || address >= start + shared_bytes()) fail("loads or stores a matrix that is not in shared memory");
  return address - start;
}

}  // namespace

void multiply_add(const Part& a, const Part& b, Part& sum, std::source_location where) {
  Brought mine;
  static_assert(sizeof(mine) == 2 * sizeof(Part) && sizeof(Part) == 4 * sizeof(std::uint64_t));
  std::memcpy(mine.words.data(), a, sizeof(Part));
  std::memcpy(mine.words.data() + 4, b, sizeof(Part));
  const Brought* brought = meet_in_warp(kAllLanes, mine, where, Orders::nothing);
  float left[kSide][kSide], right[kSide][kSide];
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    const auto* parts = reinterpret_cast<const char*>(brought[lane].words.data());
    std::memcpy(&left[lane / 2][lane % 2 * 8], parts, sizeof(Part));
    std::memcpy(&right[lane / 2][lane % 2 * 8], parts + sizeof(Part), sizeof(Part));
  }
  const unsigned lane = linear_thread() % kLanes, row = lane / 2;
  for (unsigned e = 0; e < 8; ++e) {
    for (unsigned k = 0; k < kSide; ++k) sum[e] += left[row][k] * right[k][lane % 2 * 8 + e];
  }
}

void meet_at_matrix(const void* memory, std::size_t row_bytes, std::source_location where) {
  if (place_of(memory) % 32 != 0) fail("loads or stores a matrix that does not begin at a multiple of 32 bytes");
  if (row_bytes % 16 != 0) fail("loads or stores a matrix whose rows do not lie a multiple of 16 bytes apart");
  Brought mine;
  mine.words = {reinterpret_cast<std::uintptr_t>(memory), row_bytes};
  const Brought* brought = meet_in_warp(kAllLanes, mine, where, Orders::nothing);
  for (unsigned lane = 0; lane < kLanes; ++lane) {
    if (brought[lane].words != mine.words) fail("and lane " + std::to_string(lane) + " of its warp load or store different matrices");
  }
}

}  // namespace synthbench::cuda_on_cpu
