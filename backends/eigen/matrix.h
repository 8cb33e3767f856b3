#pragma once

#include <Eigen/Core>
#include <cstdint>

#include "backends/core/tensor_view.h"

namespace synthbench::eigen {

/// Everything here is row-major: a row of logits is contiguous, so that softmax runs along it.
template <typename T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <typename T>
using MatrixMap = Eigen::Map<Matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <typename T>
using ConstMatrixMap = Eigen::Map<const Matrix<T>, Eigen::Unaligned, Eigen::OuterStride<>>;
template <typename T>
using RowMap = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>>;
template <typename T>
using ConstRowMap = Eigen::Map<const Eigen::Array<T, 1, Eigen::Dynamic>>;
template <typename T>
using StridedRow = Eigen::Map<Eigen::Array<T, 1, Eigen::Dynamic>, Eigen::Unaligned, Eigen::InnerStride<>>;
template <typename T>
using ConstStridedRow = Eigen::Map<const Eigen::Array<T, 1, Eigen::Dynamic>, Eigen::Unaligned, Eigen::InnerStride<>>;

template <typename T>
const T* address(const ConstView& view, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j) {
  return static_cast<const T*>(view.data) + offset(view.stride, b, h, i, j);
}

template <typename T>
T* address(const View& view, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j) {
  return static_cast<T*>(view.data) + offset(view.stride, b, h, i, j);
}

/// y += factor * row(b,h,i,j...), whatever the distance of its entries.
template <typename T, typename Row>
void add_row_of(const ConstView& view, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, T factor, Row&& y) {
  const T* from = address<T>(view, b, h, i, j);
  if (view.stride.col == 1) {
    y += factor * ConstRowMap<T>(from, y.size());
  } else {
    y += factor * ConstStridedRow<T>(from, y.size(), Eigen::InnerStride<>(view.stride.col));
  }
}

/// row(b,h,i,j...) += x, an array expression.
template <typename T, typename Row>
void add_to_row(const View& view, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, const Row& x) {
  T* to = address<T>(view, b, h, i, j);
  if (view.stride.col == 1) {
    RowMap<T>(to, x.size()) += x;
  } else {
    StridedRow<T>(to, x.size(), Eigen::InnerStride<>(view.stride.col)) += x;
  }
}

/// row(b,h,i,0...) = x, an array expression.
template <typename T, typename Row>
void store_row(const View& view, std::int64_t b, std::int64_t h, std::int64_t i, const Row& x) {
  T* to = address<T>(view, b, h, i, 0);
  if (view.stride.col == 1) {
    RowMap<T>(to, x.size()) = x;
  } else {
    StridedRow<T>(to, x.size(), Eigen::InnerStride<>(view.stride.col)) = x;
  }
}

/// A gradient tile whose first entry is (i,j) into the view of one head. Rows that are shared are summed before they are added.
template <typename T, typename Tile>
void add_to_rows(const View& view, std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, T factor, const Tile& tile) {
  if (view.stride.row == 0) {
    const Eigen::Array<T, 1, Eigen::Dynamic> sum = factor * tile.colwise().sum().array();
    add_to_row<T>(view, b, h, i, j, sum);
    return;
  }
  for (std::int64_t r = 0; r < tile.rows(); ++r) add_to_row<T>(view, b, h, i + r, j, factor * tile.row(r).array());
}

}  // namespace synthbench::eigen
