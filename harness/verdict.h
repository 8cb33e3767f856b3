#pragma once

#include <cstdint>
#include <string>

#include "ablations/config.h"
#include "harness/process.h"

namespace synthbench {

/// How one launch ended, in the words of cell.state.
struct Verdict {
  std::string outcome;  ///< done, failed, oom, timeout, crashed, unsupported
  std::string reason;   ///< one line; empty when done
  std::string error_class;
};

/// What a launch is worth. A worker that reports another variant, backend or dtype than asked, breaks the protocol or exits
/// with a code is failed; a signal is crashed, or oom where the memory had run out; "done" counts only after exit code 0.
struct Expectations {
  std::string source_sha;         ///< of this program: a worker of another build measured something else; empty: any
  std::int64_t memory_limit = 0;  ///< bytes; 0: none
  double timeout = 0;             ///< seconds
};
Verdict judge(const LaunchResult& launch, const Config& config, const Expectations& expected);

/// "SIGSEGV (Segmentation fault)"
std::string signal_name(int signal);

}  // namespace synthbench
