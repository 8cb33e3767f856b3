#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/eigen/matrix.h"

namespace synthbench::eigen {

/// A tile at the start of some scratch, rows without gaps.
template <typename T>
MatrixMap<T> tile_at(T* memory, std::int64_t rows, std::int64_t cols) {
  return {memory, rows, cols, Eigen::OuterStride<>(cols)};
}

/// Queries that one task of a forward pass takes: all of them where heads and samples keep the threads busy, else a share of
/// whole blocks, large enough that gathering the operands once more does not count.
inline std::int64_t rows_per_task(std::int64_t queries, std::int64_t others, std::int64_t block, int threads) {
  if (others >= 2 * threads || others % threads == 0) return queries;
  const std::int64_t wanted = std::max<std::int64_t>(256, queries / (2 * threads));
  return std::min(queries, (wanted + block - 1) / block * block);
}

}  // namespace synthbench::eigen
