// backends/eigen/fused.cpp
// Attention without the (N,M) logits: they live in tiles of kQueries x kKeys, and memory is linear in N and M.
//
//   forward   for each block of queries, over blocks of keys, with a running maximum m and sum l of each row:
//               S tile -> m' = max(m, rowmax S) -> P = exp(S - m') -> l = l e^(m-m') + rowsum P -> O = O e^(m-m') + keep P V
//             out = O / l, lse = m + log l
//   backward  for each block of keys, over blocks of queries, P recomputed from lse:
//               dV += (keep P)' dY      dP = keep * (dY V')      dS = P * (dP - delta)      dS into the sides of each term
//
// Both walk the keys that a block of queries sees and no others: what a causal mask, a window or key lengths hide from a whole
// block costs nothing.
#include <cmath>
#include <limits>

#include "backends/core/mask.h"
#include "backends/eigen/kernels.h"
#include "backends/eigen/logits.h"
#include "backends/eigen/ownership.h"
#include "backends/eigen/rows.h"
#include "backends/eigen/running.h"
#include "backends/eigen/tiling.h"

namespace synthbench::eigen {
namespace {

constexpr std::int64_t kQueries = 64, kKeys = 256;

}  // namespace

template <typename T>
void fused_forward(const AttentionCall& call, const AttentionOutputs& outputs, Machine& machine) {
  const CallShape s = shape_of(call);
  const std::int64_t span = rows_per_task(s.queries, s.batch * s.heads, kQueries, call.threads), parts = (s.queries + span - 1) / span;
  machine.run(call.threads, s.batch * s.heads * parts, [&](std::int64_t task, Workspace& space) {
    const std::int64_t b = task / parts / s.heads, h = task / parts % s.heads, first = task % parts * span;
    const HeadLogits<T> logits(call, b, h, space);
    const ConstMatrixMap<T> value = head_matrix<T>(call.value, b, h, space);
    T* tile_memory = space.numbers<T>(kQueries * kKeys);
    RunningRows<T> running(kQueries, s.width, space);
    for (std::int64_t i = first; i < std::min(s.queries, first + span); i += kQueries) {
      const std::int64_t rows = std::min(kQueries, s.queries - i);
      running.start(rows);
      const KeyRange keys = visible_to_block(call.mask, b, i, i + rows - 1, s.keys);
      for (std::int64_t j = keys.begin; j < keys.end; j += kKeys) {
        const std::int64_t cols = std::min(kKeys, keys.end - j);
        MatrixMap<T> p = tile_at(tile_memory, rows, cols);
        logits.compute(i, j, p);
        for (std::int64_t r = 0; r < rows; ++r) {
          running.absorb(r, within_tile(visible_keys(call.mask, b, i + r, s.keys), j, cols), p.row(r).array());
          if (call.dropout.rate > 0) drop(call.dropout, b, h, i + r, j, p.row(r).array());
        }
        running.out.noalias() += p * value.middleRows(j, cols);
      }
      running.store(outputs, b, h, i);
    }
  });
}

template <typename T>
void fused_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads,
                    Machine& machine) {
  const CallShape s = shape_of(call);
  const Ownership owner(s, grads);
  const bool sides_wanted = HeadGradients<T>::wanted(grads);
  machine.run(call.threads, owner.tasks(), [&](std::int64_t task, Workspace& space) {
    owner.for_each(task, [&](std::int64_t b, std::int64_t h) {
      space.clear();
      const HeadLogits<T> logits(call, b, h, space);
      HeadGradients<T> gradients(logits, grads, space);
      const ConstMatrixMap<T> value = head_matrix<T>(call.value, b, h, space), dy = head_matrix<T>(grad_out, b, h, space);
      T* const p_memory = space.numbers<T>(kQueries * kKeys);
      T* const ds_memory = space.numbers<T>(kQueries * kKeys);
      T* const dv_memory = space.numbers<T>(kKeys * s.width);
      T* const delta = space.numbers<T>(s.queries);
      for (std::int64_t i = 0; i < s.queries; ++i) delta[i] = delta_of_row<T>(outputs, grad_out, b, h, i);
      for (std::int64_t j = 0; j < s.keys; j += kKeys) {
        MatrixMap<T> dv = tile_at(dv_memory, std::min(kKeys, s.keys - j), s.width);
        dv.setZero();
        for (std::int64_t i = 0; i < s.queries; i += kQueries) {
          const std::int64_t rows = std::min(kQueries, s.queries - i);
          const KeyRange tile = within_tile(visible_to_block(call.mask, b, i, i + rows - 1, s.keys), j, dv.rows());
          if (tile.empty()) continue;
          const std::int64_t first = j + tile.begin, cols = tile.size();
          MatrixMap<T> p = tile_at(p_memory, rows, cols), ds = tile_at(ds_memory, rows, cols);
          logits.compute(i, first, p);  // in the forward pass this was P = exp(S - m) / l
          for (std::int64_t r = 0; r < rows; ++r) {
            const T lse = *address<T>(outputs.lse, b, h, i + r, 0);
            probabilities_from_lse(lse, within_tile(visible_keys(call.mask, b, i + r, s.keys), first, cols), p.row(r).array());
          }
          if (sides_wanted) {  // in the forward pass this was out = (keep P) V
            ds.noalias() = dy.middleRows(i, rows) * value.middleRows(first, cols).transpose();
            for (std::int64_t r = 0; r < rows; ++r) {
              if (call.dropout.rate > 0) drop(call.dropout, b, h, i + r, first, ds.row(r).array());
              logit_gradient(delta[i + r], visible_keys(call.mask, b, i + r, s.keys), p.row(r).array(), ds.row(r).array());
            }
            gradients.add(i, first, ds);
          }
          if (!grads.value) continue;
          if (call.dropout.rate > 0) {
            for (std::int64_t r = 0; r < rows; ++r) drop(call.dropout, b, h, i + r, first, p.row(r).array());
          }
          dv.middleRows(tile.begin, cols).noalias() += p.transpose() * dy.middleRows(i, rows);
        }
        if (grads.value) add_to_rows<T>(grads.value, b, h, j, 0, T(1), dv);
      }
      gradients.add_to_views();
    });
  });
}

template void fused_forward<float>(const AttentionCall&, const AttentionOutputs&, Machine&);
template void fused_forward<double>(const AttentionCall&, const AttentionOutputs&, Machine&);
template void fused_backward<float>(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&, Machine&);
template void fused_backward<double>(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&, Machine&);

}  // namespace synthbench::eigen
