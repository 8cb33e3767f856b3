#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ablations/config.h"
#include "harness/peaks.h"
#include "harness/plan.h"
#include "results/store.h"

namespace synthbench {

/// The metrics of a speed cell from the raw samples of all its launches, for each cache: median with its 95 % bootstrap
/// interval (processes first, then samples), min, mean, sd (seconds), tokens_per_s, flops_per_s, bytes_per_s, and with peaks
/// peak_flops_share and peak_bytes_share. A rate above its peak is impossible: it and its share are NaN. Discarded samples do
/// not count. Where a device's clock was trusted in every launch its times count (results/counted_samples.h), and host_share says in
/// which share of the wall time the host was still launching. Metrics of cache = cold carry the signature "cache:cold" where hot ones
/// stand beside them.
std::vector<MetricRow> speed_metrics(const Config& config, const std::vector<SampleRow>& samples, const std::optional<Peaks>& peaks = {});

/// The median's interval, pooled per launch, was still wider than max_noise in some launch, or a device discarded too much.
bool is_noisy(const std::vector<SampleRow>& samples, const MeasureSettings& settings);

/// Floating-point operations of one call of a speed cell; 0 where its scope has no count.
std::int64_t flops_of(const Config& config);
/// Bytes that one call of a speed cell has to move at least; 0 where its scope has no count.
std::int64_t bytes_of(const Config& config);
/// Trainable parameters of what a cell describes.
std::int64_t parameters_of(const Config& config);

}  // namespace synthbench
