#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/core/attention.h"

namespace synthbench {

/// Keys that query i of a sample with `length` real keys sees: j < visible_keys(...). Causal and key lengths both cut at the end, so
/// one number says all. constexpr: nvcc compiles it for both sides.
constexpr std::int64_t visible_keys(bool causal, std::int64_t query_offset, std::int64_t i, std::int64_t length) {
  return std::max<std::int64_t>(causal ? std::min(length, i + query_offset + 1) : length, 0);
}

inline std::int64_t visible_keys(const Mask& mask, std::int64_t b, std::int64_t i, std::int64_t keys) {
  std::int64_t length = keys;
  if (mask.key_lengths) {
    const auto* lengths = static_cast<const std::int32_t*>(mask.key_lengths.data);
    length = std::min<std::int64_t>(length, lengths[b * mask.key_lengths.stride.batch]);
  }
  return visible_keys(mask.causal, mask.query_offset, i, length);
}

}  // namespace synthbench
