#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/core/attention.h"

namespace synthbench {

/// Keys begin <= j < end.
struct KeyRange {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
};

/// Keys that query i of sample b sees. Neither end moves back from one query to the next, so what a block of queries sees begins
/// where its first row does and ends where its last row does.
inline KeyRange visible_keys(const Mask& mask, std::int64_t b, std::int64_t i, std::int64_t keys) {
  const std::int64_t place = i + mask.query_offset;  // of the query among the keys
  KeyRange seen{0, keys};
  if (mask.causal) seen.end = std::min(seen.end, place + 1);
  if (mask.window > 0) {
    seen.begin = std::max<std::int64_t>(0, place - mask.window);
    seen.end = std::min(seen.end, place + mask.window + 1);
  }
  if (mask.key_lengths) {
    const auto* lengths = static_cast<const std::int32_t*>(mask.key_lengths.data);
    seen.end = std::min<std::int64_t>(seen.end, lengths[b * mask.key_lengths.stride.batch]);
  }
  seen.end = std::max<std::int64_t>(seen.end, 0);
  seen.begin = std::min(seen.begin, seen.end);
  return seen;
}

/// What queries first ... last of sample b see together.
inline KeyRange visible_to_block(const Mask& mask, std::int64_t b, std::int64_t first, std::int64_t last, std::int64_t keys) {
  const KeyRange ends = visible_keys(mask, b, last, keys);
  return {std::min(visible_keys(mask, b, first, keys).begin, ends.end), ends.end};
}

/// A range in the coordinates of a tile of `cols` keys from j on, cut to it.
inline KeyRange within_tile(const KeyRange& seen, std::int64_t j, std::int64_t cols) {
  const auto cut = [&](std::int64_t key) { return std::clamp<std::int64_t>(key - j, 0, cols); };
  return {cut(seen.begin), cut(seen.end)};
}

}  // namespace synthbench
