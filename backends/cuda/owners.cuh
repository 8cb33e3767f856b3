#pragma once

#include <cstdint>

#include "backends/cuda/problem.cuh"

namespace synthbench::cuda {

/// The rows of a gradient that are distinct memory. Each has one owner (a warp, a thread), which loops over every (b,h,row) that
/// shares it: the sum over a shared axis needs no atomics and always adds in the same order.
struct Owners {
  int batch = 1, heads = 1, rows = 1;              ///< distinct
  int all_batch = 1, all_heads = 1, all_rows = 1;  ///< of the operand

  __host__ __device__ std::int64_t count() const { return std::int64_t{batch} * heads * rows; }

  struct Owner {
    int b, h, row;  ///< where its memory lies
    Range batches, head_range, row_range;
  };
  __device__ Owner owner(std::int64_t number) const {
    const int row = static_cast<int>(number % rows), h = static_cast<int>(number / rows % heads),
              b = static_cast<int>(number / rows / heads);
    return {b, h, row, range(b, batch, all_batch), range(h, heads, all_heads), range(row, rows, all_rows)};
  }

  /// The same by tiles of `tile` rows: one owner of a tile of distinct rows, or of the row that all share.
  __host__ __device__ bool rows_are_shared() const { return rows != all_rows; }
  __host__ __device__ std::int64_t tile_count(int tile) const { return std::int64_t{batch} * heads * ((rows + tile - 1) / tile); }
  __device__ Owner tile_owner(std::int64_t number, int tile) const {
    const int tiles = (rows + tile - 1) / tile, row = static_cast<int>(number % tiles) * tile, h = static_cast<int>(number / tiles % heads),
              b = static_cast<int>(number / tiles / heads);
    const Range own_rows = rows_are_shared() ? Range{0, all_rows} : Range{row, min(row + tile, rows)};
    return {b, h, row, range(b, batch, all_batch), range(h, heads, all_heads), own_rows};
  }

 private:
  __device__ static Range range(int own, int distinct, int all) { return distinct == all ? Range{own, own + 1} : Range{0, all}; }
};

inline Owners owners_of(const Layout& gradient) {
  const auto distinct = [](std::int64_t stride, std::int64_t extent) { return stride == 0 ? 1 : static_cast<int>(extent); };
  const Axes &e = gradient.shape, &s = gradient.stride;
  return {distinct(s.batch, e.batch), distinct(s.head, e.head), distinct(s.row, e.row),
          static_cast<int>(e.batch),  static_cast<int>(e.head), static_cast<int>(e.row)};
}

}  // namespace synthbench::cuda
