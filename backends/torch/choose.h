#pragma once

#include <string>

#include "backends/core/attention.h"

namespace synthbench::aten {

enum class Kernel : std::uint8_t { none, sdpa, sdpa_bias, folded, folded_by_sample, folded_by_head, eager, eager_by_rows };

struct Pick {
  Kernel kernel = Kernel::none;
  std::string reason;  ///< why none can run it; empty otherwise
};

/// Which composition runs a call on `torch`. Pure: the name shown, the refusal and the launch all read it.
Pick pick_fastest(const AttentionCall& call);
/// The same for `torch_eager`.
Pick pick_eager(const AttentionCall& call);

std::string_view name(Kernel kernel);

}  // namespace synthbench::aten
