#pragma once

#include <string_view>

namespace synthbench {

/// A rate as a share of the machine's measured peak.
inline bool is_peak_share(std::string_view metric) { return metric == "peak_flops_share" || metric == "peak_bytes_share"; }

/// A rate that is held against that peak, or its share of it: above 100 % it is impossible, and stored as NaN.
inline bool is_held_against_peak(std::string_view metric) {
  return metric == "flops_per_s" || metric == "bytes_per_s" || is_peak_share(metric);
}

}  // namespace synthbench
