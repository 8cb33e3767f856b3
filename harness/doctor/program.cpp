// The program itself: how it was compiled, and whether its half with LibTorch starts.
#include <algorithm>

#include "harness/base/json.h"
#include "harness/base/words.h"
#include "harness/doctor/checks.h"

namespace synthbench {
namespace {

using Status = Diagnosis::Status;
constexpr const char* kRelease = "cmake/setup release";

Diagnosis build_type(const DoctorRequest& request) {
  std::string type = request.build_type;
  std::ranges::transform(type, type.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (request.flags.find("sanitizers") != std::string::npos)
    return {"build", Status::warn, type + " with sanitizers: several times slower", kRelease};
  if (type != "release") return {"build", Status::warn, (type.empty() ? "no build type" : type) + ": slower than release", kRelease};
  return {"build", Status::ok, type, {}};
}

/// That the file exists says little: a library that it needs may be missing.
Diagnosis libtorch(const Machine& machine, const DoctorRequest& request) {
  if (request.torch_program.empty()) {
    return {"libtorch", Status::warn, "built without: no training, no backends torch and torch_eager",
            "unset SYNTHBENCH_TORCH && cmake/setup release"};
  }
  const auto answer = machine.output_of("'" + request.torch_program + "' version --json");
  const Json facts = answer ? Json::parse(*answer, nullptr, false) : Json();
  const auto libraries = facts.find("libraries");
  if (libraries == facts.end() || !libraries->contains("libtorch")) {
    return {"libtorch", Status::fail, request.torch_program + " does not start: no training, no backends torch and torch_eager",
            request.torch_program + " version   # says why; cmake/setup release fetches and builds what is missing"};
  }
  return {"libtorch", Status::ok, libraries->at("libtorch").get<std::string>(), {}};
}

}  // namespace

std::vector<Diagnosis> check_program(const Machine& machine, const DoctorRequest& request) {
  return {build_type(request), libtorch(machine, request)};
}

std::vector<Diagnosis> diagnose(const Machine& machine, const DoctorRequest& request) {
  std::vector<Diagnosis> all;
  for (const std::vector<Diagnosis>& group : {check_program(machine, request), check_processor(machine), check_quiet(machine),
                                              check_gpu(machine, request), check_storage(machine, request)}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace synthbench
