#pragma once

#include <torch/torch.h>

#include "ablations/config.h"

namespace synthbench {

/// Where a cell's model lives. Throws Unsupported for a GPU where this LibTorch reaches none, with the reason.
torch::Device device_of(const Config& config);

/// Waits until the device has done all that it was given; nothing on the host.
void synchronize(const torch::Device& device);

/// The stream on which LibTorch computes there now, as the attention seam takes it: a cudaStream_t, null on the host.
void* current_stream(const torch::Device& device);

}  // namespace synthbench
