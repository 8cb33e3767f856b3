#pragma once

#include <chrono>

namespace synthbench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// The smallest step that the clock shows on this machine, in seconds; measured, once.
double clock_resolution();

}  // namespace synthbench
