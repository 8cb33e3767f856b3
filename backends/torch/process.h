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
#include <new>

namespace synthbench::aten {

/// Makes the process map the constants of LibTorch's vector functions (Sleef). They are read by masked loads. Where no lane is wanted, a
/// load from a page that is not mapped faults nothing in, ever, and on AMD's processors each one takes some 70 ns more: a softmax would be
/// several times as slow for as long as no logit overflows. A Python process has mapped those pages by what else it does.
inline void map_constants() {
  constexpr double inf = std::numeric_limits<double>::infinity();
  for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
    for (const double x : {-inf, -1e4, -100.0, -1.0, -0.0, 0.0, 1e-30, 1.0, 100.0, 1e4, inf, inf - inf}) {  // every special case
      const at::Tensor lanes = at::full({64}, x, type);
      for (const auto function : {at::exp, at::log, at::tanh, at::erf}) function(lanes);
    }
  }
}

/// Tensors as single blocks of malloc, aligned inside, with the block's address before them. c10's own allocator asks posix_memalign,
/// which cuts both ends off a larger block; glibc keeps such cuttings apart, by size (tcache), so that freed neighbours do not become one
/// block again: a process that keeps what it frees (keep_freed_memory) would grow to twice what it needs.
class WholeBlocks final : public c10::Allocator {
 public:
  c10::DataPtr allocate(std::size_t bytes) override {
    constexpr std::size_t kAlignment = 64;
    if (bytes == 0) return {nullptr, nullptr, &give_back, c10::Device(c10::kCPU)};
    void* const block = bytes > SIZE_MAX - kAlignment ? nullptr : std::malloc(bytes + kAlignment);
    if (block == nullptr) {
      c10::GetDefaultCPUAllocator()->allocate(bytes);  // says in LibTorch's words that there is no memory
      throw std::bad_alloc();
    }
    const std::uintptr_t start = (reinterpret_cast<std::uintptr_t>(block) + kAlignment) / kAlignment * kAlignment;  // malloc's are of 16
    void** const tensor = reinterpret_cast<void**>(start);
    tensor[-1] = block;
    return {tensor, tensor, &give_back, c10::Device(c10::kCPU)};
  }
  c10::DeleterFnPtr raw_deleter() const override { return &give_back; }
  void copy_data(void* to, const void* from, std::size_t bytes) const override { default_copy_data(to, from, bytes); }

 private:
  static void give_back(void* tensor) {
    if (tensor != nullptr) std::free(static_cast<void**>(tensor)[-1]);
  }
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
