#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/core/mask.h"
#include "backends/eigen/matrix.h"
#include "backends/eigen/rows.h"
#include "backends/eigen/tiling.h"
#include "backends/eigen/workspace.h"

namespace synthbench::eigen {

/// Running softmax of one block of queries.
template <typename T>
struct RunningRows {
  MatrixMap<T> out;  ///< (rows,D), not yet divided by total
  T* const largest;  ///< of each row's logits so far
  T* const total;    ///< of exp(S - largest)

  RunningRows(std::int64_t most_rows, std::int64_t width, Workspace& space)
      : out(space.matrix<T>(most_rows, width)), largest(space.numbers<T>(most_rows)), total(space.numbers<T>(most_rows)) {}

  void start(std::int64_t rows) {
    new (&out) MatrixMap<T>(tile_at(out.data(), rows, out.cols()));
    out.setZero();
    std::fill_n(largest, rows, -std::numeric_limits<T>::infinity());
    std::fill_n(total, rows, T(0));
  }

  /// Takes in the visible logits of row r and leaves exp(S - m) in their place, 0 in the rest.
  template <typename Row>
  void absorb(std::int64_t r, const KeyRange& visible, Row&& row) {
    auto seen = clear_hidden(visible, row);
    if (visible.empty()) return;
    const T largest_now = std::max(largest[r], seen.maxCoeff());
    seen = (seen - largest_now).exp();
    if (largest_now != largest[r]) {
      const T shrink = std::exp(largest[r] - largest_now);  // exp(-inf) = 0 for the first block
      total[r] *= shrink;
      out.row(r) *= shrink;
      largest[r] = largest_now;
    }
    total[r] += seen.sum();
  }

  /// A row without a visible key is zero, its lse -inf.
  void store(const AttentionOutputs& outputs, std::int64_t b, std::int64_t h, std::int64_t i) const {
    for (std::int64_t r = 0; r < out.rows(); ++r) {
      const T factor = total[r] > 0 ? T(1) / total[r] : T(0);
      store_row<T>(outputs.out, b, h, i + r, out.row(r).array() * factor);
      *address<T>(outputs.lse, b, h, i + r, 0) = largest[r] + std::log(total[r]);
    }
  }
};

}  // namespace synthbench::eigen
