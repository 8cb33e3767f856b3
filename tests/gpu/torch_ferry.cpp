// The LibTorch backends on a GPU, for tests whose tensors lie on the host; without a GPU they refuse every call and are skipped.
#include "backends/core/ferry.h"

namespace synthbench {
namespace {

bool ferry(const std::string& name) {
  static std::list<std::unique_ptr<AttentionBackend>> real;
  return backends().add(name + "_ferried", [name] { return ferried(*real.emplace_back(backends().at(name)())); });
}

const bool registered = ferry("torch");
const bool eager_registered = ferry("torch_eager");

}  // namespace
}  // namespace synthbench
