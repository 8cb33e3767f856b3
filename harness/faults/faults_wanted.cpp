#include <cstdlib>
#include <string_view>

#include "harness/faults/broken_eigen.h"

namespace synthbench {

bool faults_wanted() {
  const char* value = std::getenv("SYNTHBENCH_FAULTS");
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace synthbench
