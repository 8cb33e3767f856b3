// backends/eigen/naive.cpp
// Attention as one writes it down: the logits of a head stand in memory as one (N,M) matrix. Kept to be read, to check the
// tiled kernels, and for calls so small that a tile would hold them anyway.
//
//   S (N,M)   P = softmax of the visible part of each row   A = keep * P   out = A V
// Keys before those of the first query and behind those of the last are left out of all of it.
//   dV = A' dY   dP = keep * (dY V')   dS = P * (dP - delta),  delta_i = sum_j P dP = dY_i . out_i
#include <cmath>
#include <limits>

#include "backends/core/dropout.h"
#include "backends/core/mask.h"
#include "backends/eigen/kernels.h"
#include "backends/eigen/logits.h"
#include "backends/eigen/ownership.h"
#include "backends/eigen/rows.h"

namespace synthbench::eigen {

template <typename T>
void naive_forward(const AttentionCall& call, const AttentionOutputs& outputs, Machine& machine) {
  const CallShape s = shape_of(call);
  machine.run(call.threads, s.batch * s.heads, [&](std::int64_t task, Workspace& space) {
    const std::int64_t b = task / s.heads, h = task % s.heads;
    const KeyRange keys = visible_to_block(call.mask, b, 0, s.queries - 1, s.keys);
    MatrixMap<T> p = space.matrix<T>(s.queries, keys.size());
    HeadLogits<T>(call, b, h, space).compute(0, keys.begin, p);
    for (std::int64_t i = 0; i < s.queries; ++i) {
      const KeyRange visible = within_tile(visible_keys(call.mask, b, i, s.keys), keys.begin, keys.size());
      auto seen = clear_hidden(visible, p.row(i).array());
      T lse = -std::numeric_limits<T>::infinity();
      if (!visible.empty()) {
        const T largest = seen.maxCoeff();
        seen = (seen - largest).exp();
        const T total = seen.sum();
        seen /= total;
        lse = largest + std::log(total);
      }
      *address<T>(outputs.lse, b, h, i, 0) = lse;
      if (call.dropout.rate > 0) drop(call.dropout, b, h, i, keys.begin + visible.begin, seen);
    }
    MatrixMap<T> out = space.matrix<T>(s.queries, s.width);
    out.noalias() = p * head_matrix<T>(call.value, b, h, space).middleRows(keys.begin, keys.size());
    for (std::int64_t i = 0; i < s.queries; ++i) store_row<T>(outputs.out, b, h, i, out.row(i).array());
  });
}

template <typename T>
void naive_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads,
                    Machine& machine) {
  const CallShape s = shape_of(call);
  const Ownership owner(s, grads);
  machine.run(call.threads, owner.tasks(), [&](std::int64_t task, Workspace& space) {
    owner.for_each(task, [&](std::int64_t b, std::int64_t h) {
      space.clear();
      const HeadLogits<T> logits(call, b, h, space);
      HeadGradients<T> gradients(logits, grads, space);
      const ConstMatrixMap<T> value = head_matrix<T>(call.value, b, h, space), dy = head_matrix<T>(grad_out, b, h, space);
      const KeyRange keys = visible_to_block(call.mask, b, 0, s.queries - 1, s.keys);
      MatrixMap<T> p = space.matrix<T>(s.queries, keys.size()), ds = space.matrix<T>(s.queries, keys.size());
      logits.compute(0, keys.begin, p);
      for (std::int64_t i = 0; i < s.queries; ++i) {
        const KeyRange visible = within_tile(visible_keys(call.mask, b, i, s.keys), keys.begin, keys.size());
        probabilities_from_lse(*address<T>(outputs.lse, b, h, i, 0), visible, p.row(i).array());
      }
      ds.noalias() = dy * value.middleRows(keys.begin, keys.size()).transpose();
      for (std::int64_t i = 0; i < s.queries; ++i) {
        auto probability = p.row(i).array();
        auto gradient = ds.row(i).array();
        if (call.dropout.rate > 0) drop(call.dropout, b, h, i, keys.begin, gradient);
        logit_gradient(delta_of_row<T>(outputs, grad_out, b, h, i), visible_keys(call.mask, b, i, s.keys), probability, gradient);
        if (call.dropout.rate > 0) drop(call.dropout, b, h, i, keys.begin, probability);
      }
      gradients.add(0, keys.begin, ds);
      gradients.add_to_views();
      if (grads.value) {
        MatrixMap<T> dv = space.matrix<T>(keys.size(), s.width);
        dv.noalias() = p.transpose() * dy;
        add_to_rows<T>(grads.value, b, h, keys.begin, 0, T(1), dv);
      }
    });
  });
}

template void naive_forward<float>(const AttentionCall&, const AttentionOutputs&, Machine&);
template void naive_forward<double>(const AttentionCall&, const AttentionOutputs&, Machine&);
template void naive_backward<float>(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&, Machine&);
template void naive_backward<double>(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&, Machine&);

}  // namespace synthbench::eigen
