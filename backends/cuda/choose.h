#pragma once

#include <optional>
#include <string>

#include "backends/core/attention.h"

namespace synthbench::cuda {

/// Why no kernel of this folder can run the call: the place and dtype of its tensors, its extents, its sides.
std::optional<std::string> refusal(const AttentionCall& call);

/// Whether one table (H,N,M) serves every sample: of probabilities, or of logits where key lengths tell samples apart. It must not take
/// more than 1 GiB.
bool foldable(const AttentionCall& call);

/// Whether tensor cores can make every product of the call: bf16 or f16, inner products alone, and at least 16 queries and keys, the
/// rows of the smallest matrix that they multiply.
bool fits_tensor_cores(const AttentionCall& call);

}  // namespace synthbench::cuda
