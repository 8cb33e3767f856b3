#pragma once

// The logits of one head, tile by tile, and what their gradient adds to each side.
//
//   inner  S += scale * L R'                        one product of L (rows,C) and R (cols,C)
//   tiled  S[i, cP + p] += scale * A[i,p] * B[i,c]  each run of P keys is a multiple of A's row: no product is needed
//   table  S[i,j] += scale * T[i,j]

#include <algorithm>
#include <vector>

#include "backends/core/attention.h"
#include "backends/eigen/matrix.h"
#include "backends/eigen/workspace.h"

namespace synthbench::eigen {

/// The rows of one head as a matrix: the caller's memory where rows are contiguous, else a dense copy in scratch.
template <typename T>
ConstMatrixMap<T> head_matrix(const ConstView& view, std::int64_t b, std::int64_t h, Workspace& space) {
  const std::int64_t rows = view.shape.row, cols = view.shape.col;
  const T* from = address<T>(view, b, h, 0, 0);
  if (view.stride.col == 1 && (view.stride.row >= cols || rows == 1))
    return {from, rows, cols, Eigen::OuterStride<>(std::max(view.stride.row, cols))};
  MatrixMap<T> copy = space.matrix<T>(rows, cols);
  using Strided = Eigen::Map<const Matrix<T>, Eigen::Unaligned, Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>>;
  copy = Strided(from, rows, cols, {view.stride.row, view.stride.col});
  return {copy.data(), rows, cols, Eigen::OuterStride<>(cols)};
}

/// One term as sample b's head h sees it.
template <typename T>
struct HeadTerm {
  TermKind kind;
  T scale;
  ConstMatrixMap<T> lhs, rhs;  ///< of inner and tiled
  ConstView table;             ///< of table
};

template <typename T>
struct HeadLogits {
  std::vector<HeadTerm<T>> terms;
  std::int64_t sample = 0, head = 0;

  HeadLogits(const AttentionCall& call, std::int64_t b, std::int64_t h, Workspace& space) : sample(b), head(h) {
    const ConstMatrixMap<T> none(nullptr, 0, 0, Eigen::OuterStride<>(0));
    for (const LogitTerm& term : call.terms) {
      const bool table = term.kind == TermKind::table;
      terms.push_back({term.kind, static_cast<T>(term.scale), table ? none : head_matrix<T>(term.lhs, b, h, space),
                       table ? none : head_matrix<T>(term.rhs, b, h, space), table ? term.lhs : ConstView()});
    }
  }

  /// tile (rows,cols) = S[i + r, j + c]
  void compute(std::int64_t i, std::int64_t j, MatrixMap<T> tile) const {
    tile.setZero();
    for (const HeadTerm<T>& term : terms) {
      switch (term.kind) {
        case TermKind::inner:
          tile.noalias() += term.scale * term.lhs.middleRows(i, tile.rows()) * term.rhs.middleRows(j, tile.cols()).transpose();
          break;
        case TermKind::tiled:
          for (std::int64_t r = 0; r < tile.rows(); ++r) add_tiled_row(term, i + r, j, tile.row(r).array());
          break;
        case TermKind::table:
          for (std::int64_t r = 0; r < tile.rows(); ++r) add_row_of<T>(term.table, sample, head, i + r, j, term.scale, tile.row(r).array());
          break;
      }
    }
  }

 private:
  template <typename Row>
  static void add_tiled_row(const HeadTerm<T>& term, std::int64_t i, std::int64_t j, Row row) {
    const std::int64_t period = term.lhs.cols();
    for (std::int64_t at = 0; at < row.size();) {
      const std::int64_t p = (j + at) % period, c = (j + at) / period, run = std::min(period - p, row.size() - at);
      row.segment(at, run) += term.scale * term.rhs(i, c) * term.lhs.row(i).segment(p, run).array();
      at += run;
    }
  }
};

/// The gradients of one head's sides. Those of inner and tiled are summed in scratch and added to the views once, at the end;
/// a table's go straight to its view, which is as large as the logits.
template <typename T>
class HeadGradients {
 public:
  HeadGradients(const HeadLogits<T>& logits, const AttentionGrads& grads, Workspace& space) : logits_(logits), grads_(grads) {
    for (std::size_t t = 0; t < logits.terms.size(); ++t) {
      const HeadTerm<T>& term = logits.terms[t];
      const bool table = term.kind == TermKind::table;
      sums_.push_back({sum(!table && grads.terms[t].lhs, term.lhs, space), sum(!table && grads.terms[t].rhs, term.rhs, space)});
    }
  }

  static bool wanted(const AttentionGrads& grads) {
    return std::any_of(grads.terms.begin(), grads.terms.end(), [](const auto& term) { return term.lhs || term.rhs; });
  }

  /// dS of the tile whose first entry is (i,j).
  void add(std::int64_t i, std::int64_t j, const MatrixMap<T>& ds) {
    for (std::size_t t = 0; t < sums_.size(); ++t) {
      const HeadTerm<T>& term = logits_.terms[t];
      MatrixMap<T>& lhs = sums_[t].lhs;
      MatrixMap<T>& rhs = sums_[t].rhs;
      switch (term.kind) {
        case TermKind::inner:
          if (lhs.rows() > 0) lhs.middleRows(i, ds.rows()).noalias() += term.scale * ds * term.rhs.middleRows(j, ds.cols());
          if (rhs.rows() > 0) rhs.middleRows(j, ds.cols()).noalias() += term.scale * ds.transpose() * term.lhs.middleRows(i, ds.rows());
          break;
        case TermKind::tiled:
          for (std::int64_t r = 0; r < ds.rows(); ++r) add_tiled_row(term, i + r, j, ds.row(r), lhs, rhs);
          break;
        case TermKind::table:
          if (grads_.terms[t].lhs) add_to_rows<T>(grads_.terms[t].lhs, logits_.sample, logits_.head, i, j, term.scale, ds);
          break;
      }
    }
  }

  void add_to_views() const {
    for (std::size_t t = 0; t < sums_.size(); ++t) {
      if (sums_[t].lhs.rows() > 0) add_to_rows<T>(grads_.terms[t].lhs, logits_.sample, logits_.head, 0, 0, T(1), sums_[t].lhs);
      if (sums_[t].rhs.rows() > 0) add_to_rows<T>(grads_.terms[t].rhs, logits_.sample, logits_.head, 0, 0, T(1), sums_[t].rhs);
    }
  }

 private:
  struct Sums {
    MatrixMap<T> lhs, rhs;  ///< no rows: not wanted
  };

  static MatrixMap<T> sum(bool is_wanted, const ConstMatrixMap<T>& like, Workspace& space) {
    MatrixMap<T> zeros = is_wanted ? space.matrix<T>(like.rows(), like.cols()) : MatrixMap<T>(nullptr, 0, 0, Eigen::OuterStride<>(0));
    zeros.setZero();
    return zeros;
  }

  template <typename Row>
  static void add_tiled_row(const HeadTerm<T>& term, std::int64_t i, std::int64_t j, const Row& ds, MatrixMap<T>& lhs, MatrixMap<T>& rhs) {
    const std::int64_t period = term.lhs.cols();
    for (std::int64_t at = 0; at < ds.size();) {
      const std::int64_t p = (j + at) % period, c = (j + at) / period, run = std::min(period - p, ds.size() - at);
      if (lhs.rows() > 0) lhs.row(i).segment(p, run) += term.scale * term.rhs(i, c) * ds.segment(at, run);
      if (rhs.rows() > 0) rhs(i, c) += term.scale * ds.segment(at, run).dot(term.lhs.row(i).segment(p, run));
      at += run;
    }
  }

  const HeadLogits<T>& logits_;
  const AttentionGrads& grads_;
  std::vector<Sums> sums_;
};

}  // namespace synthbench::eigen
