// What makes the same work take another time: clocks that change, threads that share a core, the layout of memory.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <map>

#include "harness/base/units.h"
#include "harness/base/words.h"
#include "harness/doctor/checks.h"
#include "harness/measure/counters.h"

namespace synthbench {
namespace {

using Status = Diagnosis::Status;
const std::string kCpus = "sys/devices/system/cpu/";

/// Governors with the number of processors that each rules: "performance on 8 processors".
Diagnosis governor(const Machine& machine) {
  std::map<std::string, int> processors;
  for (const std::string& cpu : machine.names(kCpus, "cpu")) {
    if (const auto name = machine.line(kCpus + cpu + "/cpufreq/scaling_governor")) ++processors[*name];
  }
  if (processors.empty()) return {"governor", Status::ok, "the kernel does not set clocks here (a virtual machine?)", {}};
  std::string detail;
  for (const auto& [name, count] : processors)
    detail += fmt::format("{}{} on {} processor{}", detail.empty() ? "" : ", ", name, count, count == 1 ? "" : "s");
  if (processors.size() == 1 && processors.contains("performance")) return {"governor", Status::ok, detail, {}};
  return {"governor", Status::warn, detail + ": clocks follow the load",
          "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor"};
}

Diagnosis turbo(const Machine& machine) {
  const auto intel = machine.number(kCpus + "intel_pstate/no_turbo");
  const auto boost = machine.number(kCpus + "cpufreq/boost");
  if (!intel && !boost) return {"turbo", Status::ok, "the kernel shows no switch for it", {}};
  if (intel ? *intel == 1 : *boost == 0) return {"turbo", Status::ok, "off", {}};
  return {"turbo", Status::warn, "on: clocks depend on heat and on how many cores work",
          intel ? "echo 1 | sudo tee /sys/devices/system/cpu/intel_pstate/no_turbo"
                : "echo 0 | sudo tee /sys/devices/system/cpu/cpufreq/boost"};
}

Diagnosis smt(const Machine& machine) {
  const auto active = machine.number(kCpus + "smt/active");
  if (!active) return {"smt", Status::ok, "the kernel does not say", {}};
  if (*active == 0) return {"smt", Status::ok, "off: one thread per core", {}};
  const auto siblings = machine.line(kCpus + "cpu0/topology/thread_siblings_list");
  return {"smt", Status::warn, "on: processors share cores" + (siblings ? " (" + *siblings + " are one)" : std::string()),
          "--cpu-affinity with one processor of each core, or: echo off | sudo tee /sys/devices/system/cpu/smt/control"};
}

/// Random layouts are wanted: launches are fresh processes, and their interval then covers what the layout does to a time.
Diagnosis aslr(const Machine& machine) {
  const auto kernel = machine.number("proc/sys/kernel/randomize_va_space");
  if (!machine.randomizes()) {
    return {"aslr", Status::warn, "off for this process: all launches share one layout of memory, and intervals do not show what it does",
            "start synthbench without setarch -R"};
  }
  if (kernel && *kernel == 0) {
    return {"aslr", Status::warn, "off: all launches share one layout of memory, and intervals do not show what it does",
            "sudo sysctl kernel.randomize_va_space=2"};
  }
  return {"aslr", Status::ok, "on: each launch has a layout of its own, which the interval covers", {}};
}

Diagnosis clock(const Machine& machine) {
  const auto source = machine.line("sys/devices/system/clocksource/clocksource0/current_clocksource");
  const double step = machine.clock_step();
  const std::string detail = fmt::format("steps of {}{}", format_seconds(step), source ? ", source " + *source : "");
  if (step <= 1e-6) return {"clock", Status::ok, detail, {}};
  return {"clock", Status::warn, detail + ": short calls are repeated within a sample to last ten steps",
          "echo tsc | sudo tee /sys/devices/system/clocksource/clocksource0/current_clocksource"};
}

/// Why counters may not be read, and what would allow it.
Diagnosis forbidden_counters(const Machine& machine) {
  const auto level = machine.number("proc/sys/kernel/perf_event_paranoid");
  const std::string without = ": cells have no instructions, cycles and cache_misses";
  if (level && *level > 2) {
    return {"perf events", Status::warn, fmt::format("not allowed (perf_event_paranoid {})", *level) + without,
            "sudo sysctl kernel.perf_event_paranoid=2"};
  }
  if (machine.value("proc/self/status", "Seccomp").value_or("0") == "2") {
    return {"perf events", Status::warn, "not allowed by a seccomp filter (a container?)" + without,
            "start the container with --cap-add PERFMON, or with a seccomp profile that allows perf_event_open"};
  }
  return {"perf events", Status::warn, "not allowed" + (level ? fmt::format(" (perf_event_paranoid {})", *level) : std::string()) + without,
          "sudo setcap cap_perfmon=ep on this program, or ask who runs the machine"};
}

/// No time depends on counters; they explain one.
Diagnosis perf_events(const Machine& machine) {
  std::vector<std::string> counted, absent;
  int error = 0;  // of the first that cannot be opened
  for (const CounterEvent& event : kCounterEvents) {
    const int own = machine.open_counter(event.name);
    (own == 0 ? counted : absent).emplace_back(event.name);
    if (error == 0) error = own;
  }
  if (absent.empty()) return {"perf events", Status::ok, join(counted) + " of each speed cell are counted", {}};
  if (!counted.empty()) {
    return {"perf events",
            Status::ok,
            fmt::format("of each speed cell counted: {}; not here: {} ({})", join(counted), join(absent), std::strerror(error)),
            {}};
  }
  if (error == EACCES || error == EPERM) return forbidden_counters(machine);
  if (error == ENOSYS) return {"perf events", Status::ok, "none: this kernel, or the sandbox around it, has no perf_event_open", {}};
  return {"perf events",
          Status::ok,
          "none on this machine: a virtual machine sees counters only with a virtual PMU (QEMU: -cpu host,pmu=on)",
          {}};
}

}  // namespace

std::vector<Diagnosis> check_processor(const Machine& machine) {
  return {governor(machine), turbo(machine), smt(machine), aslr(machine), clock(machine), perf_events(machine)};
}

}  // namespace synthbench
