#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/core/attention.h"

namespace synthbench {

/// Keys that query i of sample b sees: j < visible_keys(...). Causal and key lengths both cut at the end, so one number says all.
inline std::int64_t visible_keys(const Mask& mask, std::int64_t b, std::int64_t i, std::int64_t keys) {
  std::int64_t visible = keys;
  if (mask.causal) visible = std::min(visible, i + mask.query_offset + 1);
  if (mask.key_lengths) {
    const auto* lengths = static_cast<const std::int32_t*>(mask.key_lengths.data);
    visible = std::min<std::int64_t>(visible, lengths[b * mask.key_lengths.stride.batch]);
  }
  return std::max<std::int64_t>(visible, 0);
}

}  // namespace synthbench
