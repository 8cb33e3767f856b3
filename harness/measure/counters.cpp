#include "harness/measure/counters.h"

#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace synthbench {
namespace {

long open_event(perf_event_attr& what, pid_t thread) {
  const long fd = ::syscall(SYS_perf_event_open, &what, thread, -1, -1, PERF_FLAG_FD_CLOEXEC);
  return fd < 0 ? -errno : fd;
}

/// User space alone: that much is allowed up to perf_event_paranoid 2. A group cannot be inherited and read at once, so each
/// event stands alone.
perf_event_attr attributes(std::uint64_t config) {
  perf_event_attr what{};
  what.type = PERF_TYPE_HARDWARE;
  what.size = sizeof what;
  what.config = config;
  what.disabled = 1;
  what.inherit = 1;
  what.exclude_kernel = 1;
  what.exclude_hv = 1;
  what.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  return what;
}

std::vector<pid_t> threads_of_this_process() {
  std::vector<pid_t> threads;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", gone)) {
    threads.push_back(static_cast<pid_t>(std::strtol(entry.path().filename().c_str(), nullptr, 10)));
  }
  return threads;
}

struct Reading {
  std::uint64_t value = 0, enabled = 0, running = 0;  ///< as read_format orders them; times in nanoseconds
};

Reading read_counter(int fd) {
  Reading reading;
  return ::read(fd, &reading, sizeof reading) == sizeof reading ? reading : Reading{};
}

}  // namespace

HardwareCounters::HardwareCounters(const Open& open) {
  for (const pid_t thread : threads_of_this_process()) {
    for (const CounterEvent& event : kCounterEvents) {
      perf_event_attr what = attributes(event.config);
      const long fd = open ? open(what, thread) : open_event(what, thread);
      if (fd >= 0) counters_.push_back({event.name, static_cast<int>(fd)});
    }
  }
}

HardwareCounters::~HardwareCounters() {
  for (const Counter& counter : counters_) ::close(counter.fd);
}

std::map<std::string, double> HardwareCounters::count(const std::function<void()>& work) {
  std::vector<Reading> before;
  for (const Counter& counter : counters_) before.push_back(read_counter(counter.fd));
  for (const Counter& counter : counters_) ::ioctl(counter.fd, PERF_EVENT_IOC_ENABLE, 0);
  work();
  for (const Counter& counter : counters_) ::ioctl(counter.fd, PERF_EVENT_IOC_DISABLE, 0);
  std::map<std::string, double> counts;
  for (std::size_t i = 0; i < counters_.size(); ++i) {
    const Reading after = read_counter(counters_[i].fd);
    const auto enabled = static_cast<double>(after.enabled - before[i].enabled),
               running = static_cast<double>(after.running - before[i].running);
    if (running > 0) counts[counters_[i].name] += static_cast<double>(after.value - before[i].value) * enabled / running;
  }
  return counts;
}

}  // namespace synthbench
