#pragma once

#include <setjmp.h>
#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace synthbench::cuda_on_cpu {

/// A thread of a block: a stack of its own, switched to and from by the scheduler. It runs `body` again each time it is
/// entered after having finished, so that one fiber serves block after block. Every switch is announced to AddressSanitizer.
class Fiber {
 public:
  explicit Fiber(std::function<void()> body);
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Scheduler's side: runs the fiber until it leaves.
  void enter();
  /// Fiber's side: back to the scheduler, until the next enter().
  void leave();

  bool on_stack(const void* address) const;

 private:
  static void start(unsigned high, unsigned low);
  void to_fiber();
  void to_scheduler();

  std::function<void()> body_;
  std::unique_ptr<std::byte[]> stack_;
  ucontext_t fiber_{}, scheduler_{};
  jmp_buf fiber_point_{}, scheduler_point_{};
  bool started_ = false;
  void* fiber_fake_stack_ = nullptr;  // AddressSanitizer's own, one for each side
  const void* scheduler_bottom_ = nullptr;
  std::size_t scheduler_size_ = 0;
};

}  // namespace synthbench::cuda_on_cpu
