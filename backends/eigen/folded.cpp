// backends/eigen/folded.cpp
// Attention for logits that every sample shares: random, fixed_random, factorized_random and their sums. One table of
// exponentials per head serves the whole batch, and the batch becomes columns of one product per tile.
//
//   V' (M, B*D + L)   the values of all samples side by side, zero where j >= key_lengths[b]; L mask columns, 1 where
//                     j < key_lengths[b] (L = B with key lengths, else 0: then the row sum of E is every sample's)
//   forward   E = exp(S - m), m the running maximum of all keys that any sample sees;   Y' = E V'
//             out_b = Y'_b / den_b,  lse_b = m + log den_b,  den_b = the sum of E over what sample b sees
//   backward  P_b = c_b E with E = exp(S - m_i), m_i = max_b lse_b, c_b = exp(m_i - lse_b)
//             dV' = E' [c_b dY_b],  masked      dS = E * ([c_b dY_b | -c_b delta_b] [V' | mask]')      one product each
//             dS is not computed where no side wants a gradient
//
// A sample whose visible keys all lie far below m would divide by few, coarse or vanished numbers: such rows are redone with
// their own maximum (kFar).
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
/// exp(-16): below this share of the row maximum a sample's sum is computed apart. Rounding S - m costs a probability
/// at most 16 * 2^-24 in f32, less than the rounding of lse that any backward suffers.
constexpr double kFar = 1.1253517471925912e-7;

/// The batch as columns.
struct Fold {
  CallShape s;
  Mask everyone;           ///< what any sample sees: causality and window alone
  std::int64_t keys = 0;   ///< the longest sample's keys
  std::int64_t masks = 0;  ///< L

  explicit Fold(const AttentionCall& call) : s(shape_of(call)), everyone(call.mask) {
    everyone.key_lengths = {};
    masks = call.mask.key_lengths ? s.batch : 0;
    for (std::int64_t b = 0; b < s.batch; ++b) keys = std::max(keys, keys_of(call, b));
  }

  /// Keys of sample b that the last possible query sees.
  std::int64_t keys_of(const AttentionCall& call, std::int64_t b) const {
    Mask lengths = call.mask;
    lengths.causal = false;
    lengths.window = 0;
    return visible_keys(lengths, b, 0, s.keys).end;
  }

  std::int64_t values() const { return s.batch * s.width; }
};

/// V' of one head, with `masks` mask columns: L, or a single one that holds for every sample.
template <typename T>
MatrixMap<T> folded_values(const AttentionCall& call, const Fold& fold, std::int64_t h, std::int64_t masks, Workspace& space) {
  const std::int64_t width = fold.s.width;
  MatrixMap<T> values = space.matrix<T>(fold.keys, fold.values() + masks);
  for (std::int64_t b = 0; b < fold.s.batch; ++b) {
    const std::int64_t own = fold.keys_of(call, b);
    for (std::int64_t j = 0; j < own; ++j) {
      auto target = values.row(j).segment(b * width, width).array();
      target.setZero();
      add_row_of<T>(call.value, b, h, j, 0, T(1), target);
    }
    values.block(own, b * width, fold.keys - own, width).setZero();
    if (b >= masks) continue;
    values.col(fold.values() + b).head(own).setOnes();
    values.col(fold.values() + b).tail(fold.keys - own).setZero();
  }
  return values;
}

/// One row of one sample by itself: its visible logits in scratch.
template <typename T>
MatrixMap<T> own_logits(const HeadLogits<T>& logits, std::int64_t i, const KeyRange& visible, T* memory) {
  MatrixMap<T> row = tile_at(memory, 1, visible.size());
  logits.compute(i, visible.begin, row);
  return row;
}

template <typename T>
void redo_row(const AttentionCall& call, const AttentionOutputs& outputs, const HeadLogits<T>& logits, std::int64_t b, std::int64_t h,
              std::int64_t i, T* memory) {
  const KeyRange visible = visible_keys(call.mask, b, i, call.value.shape.row);
  Eigen::Array<T, 1, Eigen::Dynamic> sum = Eigen::Array<T, 1, Eigen::Dynamic>::Zero(call.value.shape.col);
  T lse = -std::numeric_limits<T>::infinity();
  if (!visible.empty()) {
    auto row = own_logits(logits, i, visible, memory).row(0).array();
    const T largest = row.maxCoeff();
    row = (row - largest).exp();
    const T total = row.sum();
    for (std::int64_t k = 0; k < visible.size(); ++k) add_row_of<T>(call.value, b, h, visible.begin + k, 0, row(k) / total, sum);
    lse = largest + std::log(total);
  }
  store_row<T>(outputs.out, b, h, i, sum);
  *address<T>(outputs.lse, b, h, i, 0) = lse;
}

/// Rows of Y' into each sample's out and lse.
template <typename T>
void store_folded(const AttentionCall& call, const AttentionOutputs& outputs, const Fold& fold, const RunningRows<T>& running,
                  const HeadLogits<T>& logits, std::int64_t h, std::int64_t i, T* memory) {
  for (std::int64_t r = 0; r < running.out.rows(); ++r) {
    for (std::int64_t b = 0; b < fold.s.batch; ++b) {
      const T den = fold.masks > 0 ? running.out(r, fold.values() + b) : running.total[r];
      if (!(den > static_cast<T>(kFar))) {
        redo_row(call, outputs, logits, b, h, i + r, memory);
        continue;
      }
      store_row<T>(outputs.out, b, h, i + r, running.out.row(r).segment(b * fold.s.width, fold.s.width).array() / den);
      *address<T>(outputs.lse, b, h, i + r, 0) = running.largest[r] + std::log(den);
    }
  }
}

/// What backward knows of each query: m, and the rows of [c_b dY_b | -c_b delta_b].
template <typename T>
struct FoldedRows {
  T* largest;                                                ///< (N) m
  MatrixMap<T> dy;                                           ///< (N, B*D + max(L,1)); without key lengths the last column is the sum over b
  std::vector<std::pair<std::int64_t, std::int64_t>> apart;  ///< (i,b) far below m, or with a single key

  FoldedRows(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const Fold& fold, std::int64_t h,
             Workspace& space)
      : largest(space.numbers<T>(fold.s.queries)),
        dy(space.matrix<T>(fold.s.queries, fold.values() + std::max<std::int64_t>(fold.masks, 1))) {
    const T nothing = -std::numeric_limits<T>::infinity();
    dy.setZero();
    for (std::int64_t i = 0; i < fold.s.queries; ++i) {
      const auto lse = [&](std::int64_t b) { return *address<T>(outputs.lse, b, h, i, 0); };
      largest[i] = nothing;
      for (std::int64_t b = 0; b < fold.s.batch; ++b) largest[i] = std::max(largest[i], lse(b));
      for (std::int64_t b = 0; b < fold.s.batch; ++b) {
        if (lse(b) == nothing) continue;
        const T factor = std::exp(largest[i] - lse(b));
        if (factor * static_cast<T>(kFar) > 1 || visible_keys(call.mask, b, i, fold.s.keys).size() == 1) {
          apart.emplace_back(i, b);
          continue;
        }
        add_row_of<T>(grad_out, b, h, i, 0, factor, dy.row(i).segment(b * fold.s.width, fold.s.width).array());
        dy(i, fold.values() + (fold.masks > 0 ? b : 0)) -= factor * delta_of_row<T>(outputs, grad_out, b, h, i);
      }
    }
  }
};

/// Backward of one row of one sample, with its own lse. memory: room for twice its keys.
template <typename T>
void backward_apart(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads,
                    const HeadLogits<T>& logits, HeadGradients<T>* gradients, std::int64_t b, std::int64_t h, std::int64_t i, T* memory) {
  const KeyRange visible = visible_keys(call.mask, b, i, call.value.shape.row);
  const std::int64_t width = call.value.shape.col, keys = visible.size();
  MatrixMap<T> p = own_logits(logits, i, visible, memory);
  probabilities_from_lse(*address<T>(outputs.lse, b, h, i, 0), {0, keys}, p.row(0).array());
  Eigen::Array<T, 1, Eigen::Dynamic> dy = Eigen::Array<T, 1, Eigen::Dynamic>::Zero(width), value = dy;
  add_row_of<T>(grad_out, b, h, i, 0, T(1), dy);
  const T delta = delta_of_row<T>(outputs, grad_out, b, h, i);
  MatrixMap<T> ds = tile_at(memory + keys, 1, keys);
  auto dp = ds.row(0).array();
  for (std::int64_t k = 0; k < keys; ++k) {
    const std::int64_t j = visible.begin + k;
    if (grads.value) add_to_row<T>(grads.value, b, h, j, 0, p(0, k) * dy);
    value.setZero();
    add_row_of<T>(call.value, b, h, j, 0, T(1), value);
    dp(k) = (value * dy).sum();
  }
  logit_gradient(delta, visible, p.row(0).array(), dp);
  if (gradients != nullptr) gradients->add(i, visible.begin, ds);
}

}  // namespace

template <typename T>
void folded_forward(const AttentionCall& call, const AttentionOutputs& outputs, Machine& machine) {
  const Fold fold(call);
  const CallShape& s = fold.s;
  const std::int64_t span = rows_per_task(s.queries, s.heads, kQueries, call.threads), parts = (s.queries + span - 1) / span;
  machine.run(call.threads, s.heads * parts, [&](std::int64_t task, Workspace& space) {
    const std::int64_t h = task / parts, first = task % parts * span;
    const HeadLogits<T> logits(call, 0, h, space);
    const MatrixMap<T> values = folded_values<T>(call, fold, h, fold.masks, space);
    T* const tile = space.numbers<T>(kQueries * kKeys);
    T* const row = space.numbers<T>(s.keys);
    RunningRows<T> running(kQueries, fold.values() + fold.masks, space);
    for (std::int64_t i = first; i < std::min(s.queries, first + span); i += kQueries) {
      const std::int64_t rows = std::min(kQueries, s.queries - i);
      running.start(rows);
      const KeyRange keys = visible_to_block(fold.everyone, 0, i, i + rows - 1, fold.keys);
      for (std::int64_t j = keys.begin; j < keys.end; j += kKeys) {
        const std::int64_t cols = std::min(kKeys, keys.end - j);
        MatrixMap<T> e = tile_at(tile, rows, cols);
        logits.compute(i, j, e);
        for (std::int64_t r = 0; r < rows; ++r) {
          running.absorb(r, within_tile(visible_keys(fold.everyone, 0, i + r, fold.keys), j, cols), e.row(r).array());
        }
        running.out.noalias() += e * values.middleRows(j, cols);
      }
      store_folded(call, outputs, fold, running, logits, h, i, row);
    }
  });
}

template <typename T>
void folded_backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads,
                     Machine& machine) {
  const Fold fold(call);
  const CallShape& s = fold.s;
  const Ownership owner(s, grads);
  const bool sides_wanted = HeadGradients<T>::wanted(grads);
  machine.run(call.threads, owner.head_tasks(), [&](std::int64_t task, Workspace& space) {
    owner.for_each_head(task, [&](std::int64_t h) {
      space.clear();
      const HeadLogits<T> logits(call, 0, h, space);
      HeadGradients<T> gradients(logits, grads, space);
      const FoldedRows<T> queries(call, outputs, grad_out, fold, h, space);
      T* const row = space.numbers<T>(2 * s.keys);
      for (const auto& [i, b] : queries.apart) {
        backward_apart(call, outputs, grad_out, grads, logits, sides_wanted ? &gradients : nullptr, b, h, i, row);
      }
      MatrixMap<T> values = tile_at<T>(nullptr, 0, 0);
      if (sides_wanted) new (&values) MatrixMap<T>(folded_values<T>(call, fold, h, std::max<std::int64_t>(fold.masks, 1), space));
      T* const e_memory = space.numbers<T>(kQueries * kKeys);
      T* const ds_memory = space.numbers<T>(kQueries * kKeys);
      T* const dv_memory = space.numbers<T>(kKeys * fold.values());
      for (std::int64_t j = 0; j < fold.keys; j += kKeys) {
        MatrixMap<T> dv = tile_at(dv_memory, std::min(kKeys, fold.keys - j), fold.values());
        dv.setZero();
        for (std::int64_t i = 0; i < s.queries; i += kQueries) {
          const std::int64_t rows = std::min(kQueries, s.queries - i);
          const KeyRange tile = within_tile(visible_to_block(fold.everyone, 0, i, i + rows - 1, fold.keys), j, dv.rows());
          if (tile.empty()) continue;
          const std::int64_t first = j + tile.begin, cols = tile.size();
          MatrixMap<T> e = tile_at(e_memory, rows, cols), ds = tile_at(ds_memory, rows, cols);
          logits.compute(i, first, e);
          for (std::int64_t r = 0; r < rows; ++r) {
            const KeyRange visible = within_tile(visible_keys(fold.everyone, 0, i + r, fold.keys), first, cols);
            probabilities_from_lse(queries.largest[i + r], visible, e.row(r).array());
          }
          if (grads.value) {  // in the forward pass this was Y' = E V'
            dv.middleRows(tile.begin, cols).noalias() += e.transpose() * queries.dy.middleRows(i, rows).leftCols(fold.values());
          }
          if (!sides_wanted) continue;
          ds.noalias() = queries.dy.middleRows(i, rows) * values.middleRows(first, cols).transpose();
          ds.array() *= e.array();
          gradients.add(i, first, ds);
        }
        for (std::int64_t b = 0; grads.value && b < s.batch; ++b) {
          const std::int64_t own = std::clamp<std::int64_t>(fold.keys_of(call, b) - j, 0, dv.rows());
          add_to_rows<T>(grads.value, b, h, j, 0, T(1), dv.block(0, b * s.width, own, s.width));
        }
      }
      gradients.add_to_views();
    });
  });
}

template void folded_forward<float>(const AttentionCall&, const AttentionOutputs&, Machine&);
template void folded_forward<double>(const AttentionCall&, const AttentionOutputs&, Machine&);
template void folded_backward<float>(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&, Machine&);
template void folded_backward<double>(const AttentionCall&, const AttentionOutputs&, const ConstView&, const AttentionGrads&, Machine&);

}  // namespace synthbench::eigen
