#pragma once

#include <cstdint>

namespace synthbench {

/// The most memory that this process has had resident, in bytes. getrusage's count would begin with the supervisor's, from
/// which the process was spawned.
std::int64_t peak_rss_bytes();

/// Starts that count afresh from what is resident now: what a check used is not part of a cell's peak. Best effort.
void forget_peak_rss();

/// From now on what the process frees stays with it, for its next call. Otherwise glibc gives buffers of some MB back to the kernel
/// after each call and the next one is timed faulting them in again. The same calls in Python kept buffers of 8 MB, not those of 64 MB.
void keep_freed_memory();

/// From now on the peak until now is reported: what measuring itself needs next is not part of a cell's peak.
void hold_peak_rss();

}  // namespace synthbench
