#include "harness/job.h"

namespace synthbench {

Registry<Job>& jobs() {
  static Registry<Job> registry("job");
  return registry;
}

}  // namespace synthbench
