#pragma once

#include "backends/core/attention.h"
#include "harness/protocol.h"

namespace synthbench {

/// Checks the attention of a cell before it is timed: a shrunk twin of the cell (same variant, backend, dtype, masks), made
/// to use the very kernel that will be timed, against the float64 oracle, gradients included when the cell has a backward.
/// Sends one check record per tensor. Throws GateFailed "gate: grad.value is off by 1.2e-2 (bound 4.1e-7) ..." when any
/// tensor misses its bound: the cell ends as failed and shows no speed.
/// backend: takes operands of the host (ferry.h where it computes on a device). kernel: the name that choose() gave for the whole
/// cell.
void gate_attention(const WorkerOrder& order, AttentionBackend& backend, const std::string& kernel, const RecordWriter& records);

struct GateFailed : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace synthbench
