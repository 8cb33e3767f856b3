#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backends/core/attention.h"
#include "harness/base/registry.h"
#include "harness/protocol.h"

namespace synthbench {

/// What a worker does with an order: sends records, returns when well, throws otherwise (worker.cpp turns exceptions into
/// "end" records). Speed cells are found by scope ("attend", "layer", "step"), training cells as "train"; those that need
/// LibTorch are registered by harness/trunk and exist only in synthbench-torch.
using Job = std::function<void(const WorkerOrder& order, const RecordWriter& records)>;
Registry<Job>& jobs();

/// Thrown by a job when the backend refuses the cell: state unsupported, with this reason.
struct Unsupported : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A cell's backend. Throws UserError for a word that nobody knows, Unsupported for a backend of another program.
std::unique_ptr<AttentionBackend> backend_named(const std::string& name);

}  // namespace synthbench
