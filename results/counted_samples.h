#pragma once

#include <span>
#include <string_view>

#include "results/store.h"

namespace synthbench {

/// A sample that counts for the times of its clock: measured, and not discarded.
bool is_measured(const SampleRow& row, std::string_view clock);

/// The one clock whose times count for all launches of an attempt: the device's own (cuda_event) where each launch has times of it
/// that were believed, else the host's (wall). A launch without any would vanish; one by the other clock would not compare.
const char* clock_that_counts(std::span<const SampleRow> samples);

double seconds_per_call(const SampleRow& row);

}  // namespace synthbench
