#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/base/registry.h"

namespace synthbench {

/// What the grid language must know of a task, which lives above it (backends/core/attention.h has known_backends()).
struct TaskFacts {
  std::string summary;                ///< one line for `ls tasks`
  std::vector<std::string> datasets;  ///< allowed data.name, the default first
  /// SHA-256 of a data set's bytes, part of a config's identity as "data.sha256". Throws UserError when the data is not here.
  std::function<std::string(const std::string& dataset)> data_sha;
  bool generates = false;  ///< its models write text: decode.* are part of a config
};
Registry<TaskFacts>& known_tasks();

}  // namespace synthbench
