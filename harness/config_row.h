#pragma once

#include <cstdint>

#include "ablations/config.h"
#include "results/store.h"

namespace synthbench {

/// What is stored beside a config; 0 where a count does not fit 63 bits: it is unknown, not the end of a sweep.
struct ConfigCounts {
  std::int64_t parameters = 0, flops = 0;
};
ConfigCounts counts_of(const Config& config);

/// The row of a resolved config that came from elsewhere, with hash and counts. Throws UserError where a key or a value is none:
/// "config: variant: unknown variant 'vanila' (did you mean 'vanilla'?)". Backends and tasks of other programs are let in, and so
/// are whole configs of theirs, which `source` names (results/llama_bench.h).
CellRow config_row(const Json& config);

}  // namespace synthbench
