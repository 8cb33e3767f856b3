#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/core/attention.h"

namespace synthbench {

/// Keys begin <= j < end.
struct KeyRange {
  std::int64_t begin = 0, end = 0;
  constexpr std::int64_t size() const { return end - begin; }
  constexpr bool empty() const { return begin == end; }
};

/// Keys that the query at `place` among the keys sees in a sample with `length` of them. Neither end moves back from one query
/// to the next, so what a block of queries sees begins where its first row does and ends where its last row does.
/// constexpr: nvcc compiles it for both sides.
constexpr KeyRange visible_keys(bool causal, std::int64_t window, std::int64_t place, std::int64_t length) {
  KeyRange seen{0, length};
  if (causal) seen.end = std::min(seen.end, place + 1);
  if (window > 0) {
    seen.begin = std::max<std::int64_t>(0, place - window);
    seen.end = std::min(seen.end, place + window + 1);
  }
  seen.end = std::max<std::int64_t>(seen.end, 0);
  seen.begin = std::min(seen.begin, seen.end);
  return seen;
}

/// Keys that query i of sample b sees.
inline KeyRange visible_keys(const Mask& mask, std::int64_t b, std::int64_t i, std::int64_t keys) {
  std::int64_t length = keys;
  if (mask.key_lengths) {
    const auto* lengths = static_cast<const std::int32_t*>(mask.key_lengths.data);
    length = std::min<std::int64_t>(length, lengths[b * mask.key_lengths.stride.batch]);
  }
  return visible_keys(mask.causal, mask.window, i + mask.query_offset, length);
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
