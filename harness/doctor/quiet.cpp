// Who else is at work: load, limits of a container, memory.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "harness/base/units.h"
#include "harness/base/words.h"
#include "harness/doctor/checks.h"

namespace synthbench {
namespace {

using Status = Diagnosis::Status;
constexpr double kGiB = 1024.0 * 1024 * 1024;

std::size_t processors(const Machine& machine) {
  std::size_t count = 0;
  for (const std::string& name : machine.names("sys/devices/system/cpu", "cpu")) {
    if (name.size() > 3 && name.find_first_not_of("0123456789", 3) == std::string::npos) ++count;
  }
  return std::max<std::size_t>(count, 1);
}

/// More than a tenth of the machine (at least half a processor) in the last minute.
Diagnosis load(const Machine& machine) {
  const auto text = machine.line("proc/loadavg");
  if (!text) return {"load", Status::ok, "the kernel does not say", {}};
  const double last_minute = std::strtod(text->c_str(), nullptr);
  const std::size_t cores = processors(machine);
  const std::string detail = fmt::format("{:.2f} in the last minute on {} processor{}", last_minute, cores, cores == 1 ? "" : "s");
  if (last_minute <= std::max(0.5, 0.1 * static_cast<double>(cores))) return {"load", Status::ok, detail, {}};
  return {"load", Status::warn, detail + ": timings share them with other work",
          "ps -eo pid,pcpu,comm --sort=-pcpu | head   # end it or wait"};
}

/// A quota stops all threads of the group for the rest of a period: samples fall apart in two heaps.
Diagnosis quota(const Machine& machine) {
  const auto text = machine.line("sys/fs/cgroup/cpu.max");
  if (!text || text->starts_with("max")) return {"cpu quota", Status::ok, "none", {}};
  const std::vector<std::string> parts = split(*text, ' ');
  const double share = parts.size() == 2 ? std::strtod(parts[0].c_str(), nullptr) / std::strtod(parts[1].c_str(), nullptr) : 0;
  return {"cpu quota", Status::warn, fmt::format("{:.2f} processors' time: threads are stopped when it is used up", share),
          "give the container whole processors (--cpuset-cpus 0,1) instead of a share of time (--cpus)"};
}

/// What a worker can have: free memory of the machine, less where a control group allows less.
Diagnosis memory(const Machine& machine) {
  const auto free = machine.value("proc/meminfo", "MemAvailable");
  if (!free) return {"memory", Status::ok, "the kernel does not say", {}};
  double bytes = std::strtod(free->c_str(), nullptr) * 1024;
  std::string limit;
  const auto most = machine.number("sys/fs/cgroup/memory.max"), used = machine.number("sys/fs/cgroup/memory.current");
  if (most && static_cast<double>(*most - used.value_or(0)) < bytes) {
    bytes = static_cast<double>(*most - used.value_or(0));
    limit = ", the limit of the control group";
  }
  const std::string detail = format_bytes(std::max(bytes, 0.0)) + " free" + limit;
  if (bytes >= 2 * kGiB) return {"memory", Status::ok, detail, {}};
  return {"memory", Status::warn, detail + ": larger cells will end as oom",
          "close other programs; --memory-limit keeps a cell from taking all"};
}

}  // namespace

std::vector<Diagnosis> check_quiet(const Machine& machine) { return {load(machine), quota(machine), memory(machine)}; }

}  // namespace synthbench
