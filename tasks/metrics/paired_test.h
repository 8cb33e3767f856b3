#pragma once

#include <cstdint>
#include <optional>

#include "tasks/metrics/metric.h"

namespace synthbench {

/// Two systems on the same segments: whether their difference is noise.
enum class PairedTest {
  bootstrap,      ///< segments are drawn with replacement (Koehn, EMNLP 2004)
  randomization,  ///< each segment's outputs are swapped between the systems by a coin (Riezler and Maxwell 2005)
};

struct Resampling {
  PairedTest test = PairedTest::bootstrap;
  std::int64_t trials = 1000;
  std::uint64_t seed = 12345;
};

/// p of "no difference", two-sided, at least 1 / (trials + 1). Both were measured by one metric on the same segments.
double p_value(const SegmentSums& baseline, const SegmentSums& system, const Resampling& how);

/// Mean and half of the width of the middle 95 % of a system's scores over bootstrap resamples.
struct Spread {
  double mean = 0, half_width = 0;
};
Spread bootstrap_spread(const SegmentSums& system, const Resampling& how);

/// Whether a metric is a function of sums over segments, as resampling needs it.
inline bool can_resample(const SegmentSums& measured) { return static_cast<bool>(measured.value_of_sums); }

}  // namespace synthbench
