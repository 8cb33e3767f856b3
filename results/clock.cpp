#include "results/clock.h"

#include <fmt/chrono.h>

#include <chrono>
#include <cmath>

namespace synthbench {

double seconds_now() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

std::string utc_now() {
  const double now = seconds_now();
  const double whole = std::floor(now);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(static_cast<std::time_t>(whole)), static_cast<int>((now - whole) * 1e6));
}

}  // namespace synthbench
