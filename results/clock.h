#pragma once

#include <string>

namespace synthbench {

/// Seconds since 1970, for leases.
double seconds_now();
/// "2026-11-24T05:58:01.123456Z": fine enough that of two attempts one ended later.
std::string utc_now();

}  // namespace synthbench
