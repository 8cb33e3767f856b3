#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "backends/core/attention.h"
#include "tests/parity/seam_cases.h"

namespace synthbench {

/// The CUDA backends that take tensors of the host: those of the shim, and on a GPU those of tests/gpu/ferry.cpp.
inline std::vector<std::string> cuda_backends() {
  const std::vector<std::string> all = backends().names();
  std::vector<std::string> names = all;
  std::erase_if(names, [&](const std::string& name) {
    return !name.starts_with("cuda") || std::find(all.begin(), all.end(), name + "_ferried") != all.end();
  });
  return names;
}

/// Why that backend runs nothing here: there is no GPU.
inline std::optional<std::string> refuses_all(const std::string& backend) {
  SeamProblem small(chosen_cases().front(), DType::f32, Arrangement::dense, 1);
  return backends().at(backend)()->unsupported(small.call());
}

}  // namespace synthbench
