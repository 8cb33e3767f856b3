#pragma once

#include <optional>
#include <string>

#include "backends/core/attention.h"

namespace synthbench::cuda {

/// Why no kernel of this folder can run the call: the place and dtype of its tensors, its extents, its sides.
std::optional<std::string> refusal(const AttentionCall& call);

}  // namespace synthbench::cuda
