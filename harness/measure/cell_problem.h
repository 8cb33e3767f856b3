#pragma once

#include <cstdint>
#include <vector>

#include "ablations/config.h"
#include "ablations/problem.h"

namespace synthbench {

/// The attention call of a speed cell with random operands: seq_len queries and keys, batch, heads, head_dim, masks,
/// direction and, at the scope step, dropout from the config. Heads lie apart where attention alone is timed on a CPU, as PyTorch's
/// benchmarks have them, else side by side, as layers do and a GPU's fused kernels take them. threads: instead of the config's where > 0.
Problem problem_of(const Config& config, std::int64_t seed, int threads = 0);

/// Real keys of each sample as the config says, drawn from the seed; empty: every key is real.
std::vector<std::int32_t> key_lengths_of(const Config& config, std::int64_t seed);

/// The same cell with fewer samples, heads and rows; d_model, max_len and a window shrink along. Never grows anything.
Config shrunk(const Config& config, std::int64_t batch, std::int64_t heads, std::int64_t seq_len);

/// Where the cell's operands lie: the host, or a GPU for device cuda and cuda:N.
Place place_of(const Config& config);

/// CPU threads of a cell: `instead` where it is positive, the config's, or one for each processor that this process may run on.
int threads_of(const Config& config, int instead = 0);

}  // namespace synthbench
