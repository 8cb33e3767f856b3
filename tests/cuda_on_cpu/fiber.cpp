// Fibers on ucontext. The sanitizer must hear of each switch before it happens (start) and after it has (finish), or it takes
// the new stack for a wild pointer. Without it a fiber that has started is re-entered by _longjmp: swapcontext asks the kernel for
// the signal mask each time, which took half of the time of whole tests.
#include "tests/cuda_on_cpu/fiber.h"

#include <cstdint>
#include <utility>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace synthbench::cuda_on_cpu {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t kStackBytes = 256 * 1024;  // instrumented frames are larger
void about_to_switch(void** save, const void* bottom, std::size_t size) { __sanitizer_start_switch_fiber(save, bottom, size); }
void switched(void* saved, const void** bottom, std::size_t* size) { __sanitizer_finish_switch_fiber(saved, bottom, size); }
void forget_frames(void* stack) { __asan_unpoison_memory_region(stack, kStackBytes); }
constexpr bool kJumps = false;  // AddressSanitizer takes a jump for one within a stack
#else
constexpr bool kJumps = true;
constexpr std::size_t kStackBytes = 64 * 1024;
void about_to_switch(void**, const void*, std::size_t) {}
void switched(void*, const void**, std::size_t*) {}
void forget_frames(void*) {}
#endif

}  // namespace

Fiber::Fiber(std::function<void()> body) : body_(std::move(body)), stack_(new std::byte[kStackBytes]) {
  forget_frames(stack_.get());  // of an abandoned fiber that had this memory
  getcontext(&fiber_);
  fiber_.uc_stack.ss_sp = stack_.get();
  fiber_.uc_stack.ss_size = kStackBytes;
  const auto self = reinterpret_cast<std::uintptr_t>(this);  // makecontext passes ints
  makecontext(&fiber_, reinterpret_cast<void (*)()>(&Fiber::start), 2, static_cast<unsigned>(self >> 32), static_cast<unsigned>(self));
}

void Fiber::start(unsigned high, unsigned low) {
  auto* self = reinterpret_cast<Fiber*>(static_cast<std::uintptr_t>(high) << 32 | low);
  switched(nullptr, &self->scheduler_bottom_, &self->scheduler_size_);
  for (;;) {
    self->body_();
    self->leave();
  }
}

void Fiber::to_fiber() {
  if (!kJumps || !started_) {
    started_ = true;
    if (!kJumps || _setjmp(scheduler_point_) == 0) swapcontext(&scheduler_, &fiber_);
  } else if (_setjmp(scheduler_point_) == 0) {
    _longjmp(fiber_point_, 1);
  }
}

void Fiber::to_scheduler() {
  if (!kJumps) {
    swapcontext(&fiber_, &scheduler_);
  } else if (_setjmp(fiber_point_) == 0) {
    _longjmp(scheduler_point_, 1);
  }
}

void Fiber::enter() {
  void* fake_stack = nullptr;
  about_to_switch(&fake_stack, stack_.get(), kStackBytes);
  to_fiber();
  switched(fake_stack, nullptr, nullptr);
}

void Fiber::leave() {
  about_to_switch(&fiber_fake_stack_, scheduler_bottom_, scheduler_size_);
  to_scheduler();
  switched(fiber_fake_stack_, &scheduler_bottom_, &scheduler_size_);
}

bool Fiber::on_stack(const void* address) const {
  const auto* byte = static_cast<const std::byte*>(address);
  return byte >= stack_.get() && byte < stack_.get() + kStackBytes;
}

}  // namespace synthbench::cuda_on_cpu
