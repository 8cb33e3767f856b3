#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <vector>

#include "backends/eigen/matrix.h"

namespace synthbench::eigen {

/// Scratch memory of one thread: handed out piece by piece during a task, kept between tasks, only grows.
class Workspace {
 public:
  /// All pieces are given back; the memory stays.
  void clear() {
    if (blocks_.size() > 1) {  // the last task did not fit: one block that holds it all
      std::size_t total = 0;
      for (const Block& block : blocks_) total += block.bytes;
      blocks_.clear();
      blocks_.push_back(Block(total));
    }
    used_ = 0;
  }

  /// Uninitialised, aligned for any vector instruction.
  template <typename T>
  T* numbers(std::int64_t count) {
    const std::size_t bytes = (static_cast<std::size_t>(count) * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    if (blocks_.empty() || used_ + bytes > blocks_.back().bytes) {
      blocks_.push_back(Block(bytes > kSmallest ? bytes : kSmallest));
      used_ = 0;
    }
    T* piece = reinterpret_cast<T*>(blocks_.back().memory.get() + used_);
    used_ += bytes;
    return piece;
  }

  /// Uninitialised, rows without gaps.
  template <typename T>
  MatrixMap<T> matrix(std::int64_t rows, std::int64_t cols) {
    return {numbers<T>(rows * cols), rows, cols, Eigen::OuterStride<>(cols)};
  }

 private:
  static constexpr std::size_t kAlignment = 64, kSmallest = std::size_t{1} << 18;
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete(memory, std::align_val_t(kAlignment)); }
  };
  struct Block {
    explicit Block(std::size_t size) : memory(static_cast<std::byte*>(::operator new(size, std::align_val_t(kAlignment)))), bytes(size) {}
    std::unique_ptr<std::byte, Free> memory;
    std::size_t bytes;
  };
  std::vector<Block> blocks_;
  std::size_t used_ = 0;
};

}  // namespace synthbench::eigen
