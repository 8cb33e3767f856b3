#pragma once

#include <ATen/ops/erf.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log.h>
#include <ATen/ops/tanh.h>
#include <c10/core/CPUAllocator.h>

#include <cstdint>
#include <cstdlib>
#include <limits>

namespace synthbench::aten {

/// Makes the process map the constants of LibTorch's vector functions (Sleef). They are read by masked loads. Where no lane is wanted, a load from a page that is not mapped faults nothing in, ever, and on AMD's processors each one
/// takes some 70 ns more: a softmax would be several times as slow for as long as no logit overflows. A Python process has mapped those
/// pages by what else it does.
inline void map_constants() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const double x : {-inf, -1e4, -100.0, -1.0, -0.0, 0.0, 1e-30, 1.0, 100.0, 1e4, inf, inf - inf}) {  // every special case
      const at::Tensor lanes = at::full({64}, x, type);
      for (const auto function : {at::exp, at::log, at::tanh, at::erf}) function(lanes);
    }
  }
}

/// Large tensors as single blocks of malloc, aligned inside. c10's own allocator asks posix_memalign, which cuts both ends off a larger
/// block; glibc keeps such cuttings apart, by size (tcache), so that freed neighbours do not become one block again: a process that keeps
/// what it frees (keep_freed_memory) would grow to twice what it needs. Small tensors stay c10's: they are the common case, and as fast.
class WholeBlocks final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    constexpr std::size_t kLarge = std::size_t{1} << 16, kAlignment = 64;
    void* const block = bytes < kLarge ? nullptr : std::malloc(bytes + kAlignment);
    if (block == nullptr) return c10::GetDefaultCPUAllocator()->allocate(bytes);  // says in its own words that there is no memory
    const std::uintptr_t start = (reinterpret_cast<std::uintptr_t>(block) + kAlignment - 1) / kAlignment * kAlignment;
    return {reinterpret_cast<void*>(start), block, std::free, c10::Device(c10::kCPU)};
  }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }
};

/// What a process does before LibTorch computes anything that is timed; once.
inline void prepare_process() {
  static WholeBlocks whole_blocks;
  static const bool prepared = [] {
    c10::SetCPUAllocator(&whole_blocks);
    map_constants();
    return true;
  }();
  (void)prepared;
}

}  // namespace synthbench::aten
