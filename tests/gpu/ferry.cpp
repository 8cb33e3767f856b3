// The CUDA backends for tests whose tensors lie on the host, so that every test of the seam runs the real thing unchanged.
#include "backends/core/ferry.h"

namespace synthbench {
namespace {

bool ferry(const std::string& name) {
  static std::list<std::unique_ptr<AttentionBackend>> real;
  return backends().add(name + "_ferried", [name] { return ferried(*real.emplace_back(backends().at(name)())); });
}

const bool registered = ferry("cuda");
const bool naive_registered = ferry("cuda_naive");

}  // namespace
}  // namespace synthbench
