// NVIDIA GPUs: whether there is one, whether this program can use it, who else does.
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/words.h"
#include "harness/doctor/checks.h"

namespace synthbench {
namespace {

using Status = Diagnosis::Status;

std::vector<std::string> gpus(const Machine& machine) { return machine.names("proc/driver/nvidia/gpus", ""); }

std::string models(const Machine& machine) {
  std::vector<std::string> names;
  for (const std::string& gpu : gpus(machine)) {
    names.push_back(machine.value("proc/driver/nvidia/gpus/" + gpu + "/information", "Model").value_or("unknown model"));
  }
  return join(names);
}

Diagnosis gpu(const Machine& machine, const std::string& why_no_cuda) {
  if (gpus(machine).empty()) return {"gpu", Status::ok, "no NVIDIA GPU: cells run on the CPU", {}};
  if (why_no_cuda.empty()) return {"gpu", Status::ok, models(machine), {}};
  return {"gpu", Status::warn, models(machine) + ", but the backend cuda cannot use it: " + why_no_cuda,
          "install the CUDA Toolkit 12.8 or newer, then: cmake/setup release"};
}

Diagnosis processes(const Machine& machine) {
  if (gpus(machine).empty()) return {"gpu processes", Status::ok, "no NVIDIA GPU", {}};
  const auto text = machine.output_of("nvidia-smi --query-compute-apps=pid,process_name,used_memory --format=csv,noheader");
  if (!text) return {"gpu processes", Status::warn, "nvidia-smi does not answer", "apt-get install nvidia-smi   # of the driver's version"};
  std::vector<std::string> lines;
  for (const std::string& line : split(*text, '\n')) {
    if (!trim(line).empty()) lines.emplace_back(trim(line));
  }
  if (lines.empty()) return {"gpu processes", Status::ok, "none", {}};
  return {"gpu processes", Status::warn, fmt::format("{}: {}", lines.size(), join(lines, "; ")), "nvidia-smi   # end them or wait"};
}

}  // namespace

std::vector<Diagnosis> check_gpu(const Machine& machine, const DoctorRequest& request) {
  return {gpu(machine, request.why_no_cuda), processes(machine)};
}

}  // namespace synthbench
