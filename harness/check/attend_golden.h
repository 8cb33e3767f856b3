#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/core/attention.h"
#include "harness/base/json.h"
#include "harness/base/safetensors.h"

namespace synthbench {

struct AttendGoldenResult {
  std::vector<std::pair<std::string, std::vector<double>>> tensors;  ///< "out", "lse", "grad.value", "grad.term0.lhs" ...
  std::optional<std::string> skipped;                                ///< why the backend refuses this call
};

/// Runs one file of level attend (docs/golden.md): forward, and backward where it has grad_out. Inputs are handed over in `dtype`, outputs start
/// as NaN, gradients that the file does not hold are not asked for.
/// Throws UserError that names the file when its tensors and its case disagree.
AttendGoldenResult run_attend_golden(const Safetensors& file, const Json& about, AttentionBackend& backend, DType dtype, int threads);

}  // namespace synthbench
