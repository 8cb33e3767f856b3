#pragma once

#include <cmath>

#include "backends/cuda/tile.cuh"

namespace synthbench::cuda {

/// Two threads share a row of the tile, each takes every second column.
inline constexpr int kRowShare = kTileThreads / kTile;

/// m and l of this thread's row. Its other thread is the neighbour in the warp.
struct RunningRow {
  float largest = -INFINITY, total = 0.0f;

  /// Logits of the row, -inf where hidden, become exp(S - m'). Returns what all that was summed before is to be multiplied with.
  template <typename Memory>
  __device__ float absorb(const Memory& memory, int row, int first) {
    float now = largest, added = 0.0f;
    for (int col = first; col < kTile; col += kRowShare) now = fmaxf(now, memory.at(row, col));
    now = warp_max(now, kRowShare);
    for (int col = first; col < kTile; col += kRowShare) {
      float& entry = memory.at(row, col);
      entry = entry == -INFINITY ? 0.0f : expf(entry - now);  // what is hidden; a NaN goes on
      added += entry;
    }
    const float shrink = largest == -INFINITY ? 0.0f : expf(largest - now);
    total = total * shrink + warp_sum(added, kRowShare);
    largest = now;
    return shrink;
  }
};

}  // namespace synthbench::cuda
