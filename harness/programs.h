#pragma once

#include <string>

#include "ablations/config.h"

namespace synthbench {

/// Which program a cell's worker is: synthbench, or synthbench-torch where the backend, a training or a scope above attend
/// needs LibTorch. folder: where both lie; empty: beside this program.
std::string worker_program(const Config& config, const std::string& folder);

/// True when the program can be started.
bool exists(const std::string& program);

}  // namespace synthbench
