#pragma once

#include <cstdint>

#include "backends/core/attention.h"

namespace synthbench::eigen {

/// Which (sample, head) pairs one task of a backward pass walks, so that a gradient that is shared along an axis has one owner
/// and sums come in one order: no atomics, bit-equal whatever the number of threads.
class Ownership {
 public:
  Ownership(const CallShape& shape, const AttentionGrads& grads) : shape_(shape) {
    look_at(grads.value);
    for (const AttentionGrads::Term& term : grads.terms) {
      look_at(term.lhs);
      look_at(term.rhs);
    }
  }

  std::int64_t tasks() const { return (over_batch_ ? 1 : shape_.batch) * (over_heads_ ? 1 : shape_.heads); }

  /// The same for a kernel that takes the whole batch of a head at once.
  std::int64_t head_tasks() const { return over_heads_ ? 1 : shape_.heads; }

  template <typename Visit>
  void for_each_head(std::int64_t task, const Visit& visit) const {
    const std::int64_t h0 = over_heads_ ? 0 : task, h1 = over_heads_ ? shape_.heads : task + 1;
    for (std::int64_t h = h0; h < h1; ++h) visit(h);
  }

  /// visit(b, h) for all that a task owns; the batch varies fastest, so that a shared operand stays in cache.
  template <typename Visit>
  void for_each(std::int64_t task, const Visit& visit) const {
    const std::int64_t head_tasks = over_heads_ ? 1 : shape_.heads;
    const std::int64_t b0 = over_batch_ ? 0 : task / head_tasks, b1 = over_batch_ ? shape_.batch : b0 + 1;
    const std::int64_t h0 = over_heads_ ? 0 : task % head_tasks, h1 = over_heads_ ? shape_.heads : h0 + 1;
    for (std::int64_t h = h0; h < h1; ++h) {
      for (std::int64_t b = b0; b < b1; ++b) visit(b, h);
    }
  }

 private:
  void look_at(const View& grad) {
    if (!grad) return;
    over_batch_ = over_batch_ || grad.stride.batch == 0;
    over_heads_ = over_heads_ || grad.stride.head == 0;
  }

  CallShape shape_;
  bool over_batch_ = false, over_heads_ = false;
};

}  // namespace synthbench::eigen
