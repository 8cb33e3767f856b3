#pragma once

#include <list>
#include <memory>
#include <string>

#include "backends/core/ferry.h"

namespace synthbench {

/// Registers a backend that computes on a GPU under NAME_ferried, for tests whose tensors lie on the host: every test of the seam
/// runs the real thing unchanged. Without a GPU it refuses every call.
inline bool ferry(const std::string& name) {
  static std::list<std::unique_ptr<AttentionBackend>> real;
  return backends().add(name + "_ferried", [name] { return ferried(*real.emplace_back(backends().at(name)())); });
}

}  // namespace synthbench
