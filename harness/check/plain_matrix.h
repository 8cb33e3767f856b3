#pragma once

#include "harness/check/plain_layer.h"

namespace synthbench {

/// Rows and columns of T, every sum in T and in the order of its index.
template <typename T>
struct PlainMatrix {
  std::int64_t rows = 0, cols = 0;
  std::vector<T> values;

  PlainMatrix(std::int64_t rows_in, std::int64_t cols_in) : rows(rows_in), cols(cols_in), values(static_cast<std::size_t>(rows * cols)) {}
  T& operator()(std::int64_t i, std::int64_t j) { return values[static_cast<std::size_t>(i * cols + j)]; }
  T operator()(std::int64_t i, std::int64_t j) const { return values[static_cast<std::size_t>(i * cols + j)]; }
};

template <typename T>
PlainMatrix<T> numbers_of(const PlainLayerCase& layer, const std::string& name) {
  const PlainLayerCase::Numbers& stored = layer.numbers.at(name);
  PlainMatrix<T> m(stored.rows, stored.cols);
  for (std::size_t k = 0; k < m.values.size(); ++k) m.values[k] = static_cast<T>(stored.values[k]);
  return m;
}

template <typename T>
PlainMatrix<T> transposed(const PlainMatrix<T>& m) {
  PlainMatrix<T> t(m.cols, m.rows);
  for (std::int64_t i = 0; i < m.rows; ++i) {
    for (std::int64_t j = 0; j < m.cols; ++j) t(j, i) = m(i, j);
  }
  return t;
}

/// a b
template <typename T>
PlainMatrix<T> product(const PlainMatrix<T>& a, const PlainMatrix<T>& b) {
  PlainMatrix<T> c(a.rows, b.cols);
  for (std::int64_t i = 0; i < a.rows; ++i) {
    for (std::int64_t k = 0; k < a.cols; ++k) {
      for (std::int64_t j = 0; j < b.cols; ++j) c(i, j) += a(i, k) * b(k, j);
    }
  }
  return c;
}

/// Adds the named bias to every row, where the layer has it.
template <typename T>
void add_bias(PlainMatrix<T>& m, const PlainLayerCase& layer, const std::string& name) {
  if (!layer.numbers.contains(name)) return;
  const PlainMatrix<T> bias = numbers_of<T>(layer, name);
  for (std::int64_t i = 0; i < m.rows; ++i) {
    for (std::int64_t j = 0; j < m.cols; ++j) m(i, j) += bias.values[static_cast<std::size_t>(j)];
  }
}

template <typename T>
void store(PlainLayerResult& result, const std::string& name, const PlainMatrix<T>& m) {
  result[name] = {m.values.begin(), m.values.end()};
}

/// The gradient of a bias is the sum over rows.
template <typename T>
void store_bias(PlainLayerResult& result, const PlainLayerCase& layer, const std::string& name, const PlainMatrix<T>& grad) {
  if (!layer.numbers.contains(name)) return;
  PlainMatrix<T> sum(1, grad.cols);
  for (std::int64_t i = 0; i < grad.rows; ++i) {
    for (std::int64_t j = 0; j < grad.cols; ++j) sum(0, j) += grad(i, j);
  }
  store(result, "grad." + name, sum);
}

/// Zero at padded positions; rows are (sample, position).
template <typename T>
void drop_padding(PlainMatrix<T>& m, const PlainLayerCase& layer) {
  for (std::int64_t i = 0; i < m.rows; ++i) {
    if (layer.real(i / layer.length, i % layer.length)) continue;
    for (std::int64_t j = 0; j < m.cols; ++j) m(i, j) = 0;
  }
}

}  // namespace synthbench
