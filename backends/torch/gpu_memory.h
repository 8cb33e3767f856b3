#pragma once

#include <memory>

#include "backends/core/device_memory.h"

namespace synthbench::aten {

/// Does this LibTorch reach a GPU? It may be linked without CUDA, and there may be none.
bool reaches_gpu();

/// Memory of LibTorch's first GPU, from its own allocator; null where it reaches none.
std::unique_ptr<DeviceMemory> gpu_memory();

}  // namespace synthbench::aten
