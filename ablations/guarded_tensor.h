#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "backends/core/tensor_view.h"

namespace synthbench {

/// Host memory of one tensor with a guard band on either side.
class GuardedTensor {
 public:
  GuardedTensor() = default;
  GuardedTensor(DType dtype, std::int64_t count);

  void* data() const { return memory_.get() + kGuardBytes; }
  DType dtype() const { return dtype_; }
  std::int64_t count() const { return count_; }
  double get(std::int64_t index) const;
  void set(std::int64_t index, double value);
  void fill(double value);
  bool guards_intact() const;

 private:
  static constexpr std::size_t kGuardBytes = 64;
  struct Free {
    void operator()(std::byte* memory) const;
  };
  std::size_t bytes() const { return static_cast<std::size_t>(count_) * size_of(dtype_); }

  std::unique_ptr<std::byte, Free> memory_;
  DType dtype_ = DType::f32;
  std::int64_t count_ = 0;
};

}  // namespace synthbench
