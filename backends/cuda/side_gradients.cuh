#pragma once

// Sums of tiles into gradients, wherever the tiles come from: recomputed (tile_backward.cuh) or from a table (folded_backward.cu).
// Formulas: side_sums.cuh.
//
// Kernels:  tile_rows     64 rows x 64 columns of dV, dlhs or drhs of an inner term per block
//           tile_entries  64 rows x 64 columns of a side of a tiled or table term per block
// A block owns what it adds up, over every (b,h,row) that shares it: no atomics, and always in one order. Tiles in which no query
// sees a key are skipped. A Source puts tiles into shared memory, its Memory: make_logit_gradients<rows>(p, memory, at) dS, and
// make_kept_probabilities<rows>(p, memory, at) keep P; 0 where the query does not see the key. It says how many blocks of either kernel an
// SM is to hold.
// Block: tile_rows 128 threads, 33536 bytes of shared memory
// Block: tile_rows<TensorTile> 128 threads, 36096 bytes of shared memory
// Block: tile_entries 128 threads, 33536 bytes of shared memory

#include "backends/cuda/launch.cuh"
#include "backends/cuda/owners.cuh"
#include "backends/cuda/side_sums.cuh"
#include "backends/cuda/tile_logits.cuh"

namespace synthbench::cuda {

/// Adds scale * total, columns c0 ... of the rows that a block owns.
template <typename T, typename Memory>
__device__ void add_owned(const Tensor<T>& grad, const Owners& owners, const Owners::Owner& own, Sums& total, const Memory& memory, int c0,
                          int width, float scale) {
  if (owners.rows_are_shared()) fold_rows(total, memory);
  for_each_sum([&](int r, int c) {
    const int row = own.row + tile_row(r), col = c0 + tile_col(c);
    if (row < owners.rows && col < width) grad.add(own.b, own.h, row, col, scale * total.at[r][c]);
  });
}

/// vectors: dY, rhs or lhs, by the axis that is summed over.
template <RowSum what, typename Source, typename T>
__global__ void __launch_bounds__(kTileThreads, Source::kRowBlocks)
    tile_rows(const __grid_constant__ Problem<T> p, const __grid_constant__ Source source, const Tensor<const T> vectors, int width,
              float scale, const Owners owners, const Tensor<T> grad) {
  constexpr Rows rows = what == RowSum::inner_lhs ? Rows::queries : Rows::keys;
  SharedMemory shared = SharedMemory::of_block();
  const auto memory = Source::Memory::in(shared);
  const auto own = owners.tile_owner(blockIdx.x, kTile);
  const int c0 = static_cast<int>(blockIdx.y) * kTile, others = rows == Rows::queries ? p.keys : p.queries;
  Sums total;
  for (int b = own.batches.begin; b < own.batches.end; ++b) {
    for (int h = own.head_range.begin; h < own.head_range.end; ++h) {
      for (int row = own.row_range.begin; row < own.row_range.end; row += kTile) {
        for (int other = 0; other < others; other += kTile) {
          Place at{b, h, rows == Rows::queries ? row : other, rows == Rows::queries ? other : row, {}};
          at.keys = visible_to_tile(p, b, at.i);
          if (!at.sees_anything()) continue;
          if constexpr (what == RowSum::value) {
            source.template make_kept_probabilities<rows>(p, memory, at);
          } else {
            source.template make_logit_gradients<rows>(p, memory, at);
          }
          add_tile_product(total, memory, min(kTile, others - other), [&](int k, int c) {
            const bool real = rows == Rows::keys || at.keys.holds(other + k);
            return real && c0 + c < width ? vectors.get(b, h, other + k, c0 + c) : 0.0f;
          });
        }
      }
    }
  }
  add_owned(grad, owners, own, total, memory, c0, width, scale);
}

/// What dS[i,j] is multiplied with on its way into an entry of the side.
template <EntrySum what, typename T>
__device__ float entry_factor(const Term<T>& term, int b, int h, int i, int j) {
  if constexpr (what == EntrySum::tiled_lhs) return term.rhs.get(b, h, i, j / term.width);
  if constexpr (what == EntrySum::tiled_rhs) return term.lhs.get(b, h, i, j % term.width);
  return 1.0f;
}

/// Keys from ... behind of a tile of keys, counted from its first one, j, that go into an entry of the side: each `step`-th.
struct Keys {
  int from, behind, step;
};
template <EntrySum what>
__device__ Keys keys_of_entry(int entry, int period, int j) {
  if constexpr (what == EntrySum::tiled_lhs) return {((entry - j) % period + period) % period, kTile, period};
  if constexpr (what == EntrySum::tiled_rhs) return {max(entry * period - j, 0), min((entry + 1) * period - j, kTile), 1};
  return {entry - j, entry - j + 1, 1};
}

/// Whether a key of the tile at j goes into one of the entries c0 ... c0 + 63.
template <EntrySum what>
__device__ bool tile_has_entries(int c0, int period, int j) {
  if constexpr (what == EntrySum::tiled_lhs) {
    const int first = j % period;
    return (first < c0 + kTile && c0 < first + kTile) || first + kTile > period + c0;
  }
  if constexpr (what == EntrySum::tiled_rhs) return j / period < c0 + kTile && c0 <= (j + kTile - 1) / period;
  return j == c0;
}

template <EntrySum what, typename Source, typename T>
__global__ void __launch_bounds__(kTileThreads, Source::kEntryBlocks)
    tile_entries(const __grid_constant__ Problem<T> p, const __grid_constant__ Source source, int t, int width, const Owners owners,
                 const Tensor<T> grad) {
  SharedMemory shared = SharedMemory::of_block();
  const auto memory = Source::Memory::in(shared);
  const Term<T>& term = p.term[t];
  const auto own = owners.tile_owner(blockIdx.x, kTile);
  const int c0 = static_cast<int>(blockIdx.y) * kTile;
  Sums total;
  for (int b = own.batches.begin; b < own.batches.end; ++b) {
    for (int h = own.head_range.begin; h < own.head_range.end; ++h) {
      for (int i = own.row_range.begin; i < own.row_range.end; i += kTile) {
        const Range keys = visible_to_tile(p, b, i);
        for (int j = 0; j < p.keys; j += kTile) {
          const Place at{b, h, i, j, keys};
          if (!at.sees_anything() || !tile_has_entries<what>(c0, term.width, j)) continue;
          source.template make_logit_gradients<Rows::queries>(p, memory, at);
          for_each_entry<Rows::queries>(p, memory, at, [&](float& entry, int query, int key, bool seen) {
            if (seen) entry *= entry_factor<what>(term, b, h, query, key);
          });
#pragma unroll
          for (int c = 0; c < kColsEach; ++c) {
            if (c0 + tile_col(c) >= width) continue;
            const Keys sum_over = keys_of_entry<what>(c0 + tile_col(c), term.width, j);
            float sum[kRowsEach] = {};
            for (int k = sum_over.from; k < sum_over.behind; k += sum_over.step) {
#pragma unroll
              for (int r = 0; r < kRowsEach; ++r) sum[r] += memory.at(tile_row(r), k);
            }
#pragma unroll
            for (int r = 0; r < kRowsEach; ++r) total.at[r][c] += sum[r];
          }
          __syncthreads();
        }
      }
    }
  }
  add_owned(grad, owners, own, total, memory, c0, width, term.scale);
}

/// The gradients of one call: what their launches have in common.
template <typename T, typename Source>
struct SideGradients {
  Problem<T> p;
  Source source;
  cudaStream_t stream;

  template <typename... Wanted, typename... Rest>
  void over(const View& grad, void (*kernel)(Wanted...), const Rest&... rest) const {
    if (!grad) return;
    Owners owners = owners_of(grad);
    owners.all_batch = p.batch;  // 1 where the tiles are already sums over the batch
    launch(kernel, dim3(static_cast<unsigned>(owners.tile_count(kTile)), tiles_of(grad.shape.col)), dim3(kTileThreads),
           Source::Memory::bytes(), stream, p, source, rest..., owners, tensor<T>(grad));
  }

  template <RowSum what>
  void rows(const ConstView& vectors, float scale, const View& grad) const {
    over(grad, tile_rows<what, Source, T>, tensor<T>(vectors), static_cast<int>(grad.shape.col), scale);
  }

  template <EntrySum what>
  void entries(int t, const View& grad) const {
    if constexpr (Source::Memory::kAnyTerm) over(grad, tile_entries<what, Source, T>, t, static_cast<int>(grad.shape.col));
  }
};

}  // namespace synthbench::cuda
