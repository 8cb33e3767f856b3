#pragma once

#include "backends/core/attention.h"
#include "harness/protocol.h"

namespace synthbench {

/// gate_attention (harness/measure/gate.h) for a cell that times a layer or a step: its attention call is checked where the
/// variant is a sum of terms. A whole layer is checked as such: a small twin of it, in the cell's dtype and made to run the same
/// kernel, against the same formula in float64 plain loops (harness/check/plain_layer.h), gradients included when the cell
/// has a backward. Throws GateFailed.
void gate_layer(const WorkerOrder& order, AttentionBackend& backend, const std::string& kernel, const RecordWriter& records);

}  // namespace synthbench
