#pragma once

#include <linux/perf_event.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace synthbench {

/// What is counted, by the names of the metrics; config: of PERF_TYPE_HARDWARE.
struct CounterEvent {
  const char* name;
  std::uint64_t config;
};
inline constexpr std::array<CounterEvent, 3> kCounterEvents = {
    {{"instructions", PERF_COUNT_HW_INSTRUCTIONS}, {"cycles", PERF_COUNT_HW_CPU_CYCLES}, {"cache_misses", PERF_COUNT_HW_CACHE_MISSES}}};

/// Counters of the processor, over user-space code of every thread that this process has, and of those that they start:
/// instructions, cycles, cache_misses.
class HardwareCounters {
 public:
  /// perf_event_open(2) for one thread: a file descriptor, or -errno.
  using Open = std::function<long(perf_event_attr& what, pid_t thread)>;

  explicit HardwareCounters(const Open& open = {});
  ~HardwareCounters();
  HardwareCounters(const HardwareCounters&) = delete;
  HardwareCounters& operator=(const HardwareCounters&) = delete;

  /// Nothing is counted: not allowed, or no counters here. doctor says which.
  bool empty() const { return counters_.empty(); }
  /// What happened while the work was done, by name. Where the processor has fewer counters than are wanted it lets them take
  /// turns: counts are then scaled up; what never had a turn is left out.
  std::map<std::string, double> count(const std::function<void()>& work);

 private:
  struct Counter {
    std::string name;
    int fd = -1;  ///< of one thread
  };
  std::vector<Counter> counters_;
};

}  // namespace synthbench
