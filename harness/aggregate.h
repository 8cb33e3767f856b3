#pragma once

#include <cstdint>
#include <vector>

#include "ablations/config.h"
#include "harness/plan.h"
#include "results/store.h"

namespace synthbench {

/// The metrics of a speed cell from the raw samples of all its launches, for each cache: median with its 95 % bootstrap
/// interval (processes first, then samples), min, mean, sd (seconds), tokens_per_s, flops_per_s. Discarded samples do not
/// count. Metrics of cache = cold carry the signature "cache:cold" where hot ones stand beside them.
std::vector<MetricRow> speed_metrics(const Config& config, const std::vector<SampleRow>& samples);

/// The median's interval, pooled per launch, was still wider than max_noise in some launch.
bool is_noisy(const std::vector<SampleRow>& samples, const MeasureSettings& settings);

/// Floating-point operations of one call of a speed cell; 0 where its scope has no count.
std::int64_t flops_of(const Config& config);
/// Trainable parameters of what a cell describes.
std::int64_t parameters_of(const Config& config);

}  // namespace synthbench
