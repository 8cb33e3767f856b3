#include "harness/job.h"

#include <fmt/format.h>

#include "ablations/vocabulary.h"

namespace synthbench {

Registry<Job>& jobs() {
  static Registry<Job> registry("job");
  return registry;
}

std::unique_ptr<AttentionBackend> backend_named(const std::string& name) {
  if (const auto* make = backends().find(name)) return (*make)();
  known_backends().at(name);
  throw Unsupported(fmt::format("backend {} is not in this program", name));
}

}  // namespace synthbench
