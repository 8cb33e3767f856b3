#pragma once

#include <vector>

#include "backends/core/attention.h"
#include "backends/eigen/threads.h"
#include "backends/eigen/workspace.h"

namespace synthbench::eigen {

/// What kernels run on: threads, and scratch for each of them.
struct Machine {
  Threads threads;
  std::vector<Workspace> spaces;

  /// A task gets the workspace of its thread, cleared.
  template <typename Task>
  void run(int most, std::int64_t count, const Task& task) {
    if (spaces.size() < static_cast<std::size_t>(most)) spaces.resize(static_cast<std::size_t>(most));
    threads.run(most, count, [&](std::int64_t i, int worker) {
      Workspace& space = spaces[static_cast<std::size_t>(worker)];
      space.clear();
      task(i, space);
    });
  }
};

/// Materialises the (N,M) logits of one head at a time. Any call.
template <typename T>
void naive_forward(const AttentionCall& call, const AttentionOutputs& outputs, Machine& machine);
template <typename T>
void naive_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads,
                    Machine& machine);

/// Tiles of logits with a running softmax; memory is linear in N and M. Any call.
template <typename T>
void fused_forward(const AttentionCall& call, const AttentionOutputs& outputs, Machine& machine);
template <typename T>
void fused_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads,
                    Machine& machine);

/// One table of exponentials per head for the whole batch. Only for batch_independent(call).
template <typename T>
void folded_forward(const AttentionCall& call, const AttentionOutputs& outputs, Machine& machine);
template <typename T>
void folded_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads,
                     Machine& machine);

}  // namespace synthbench::eigen
