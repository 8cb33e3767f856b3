#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/check/check_points.h"

namespace synthbench {

struct CheckSweep {
  std::string command;  ///< "check parity": the sweep's name
  std::string against;  ///< check_result.ref_backend: "reference", "differences"
  std::int64_t input_seed = 0;
};

/// Stores the numbers of a check: a cell of kind "check" for each variant, backend and dtype, with its seed; an attempt of each,
/// done, failed or unsupported. The same check once more is one more attempt.
void store_checks(const std::string& db_path, const CheckSweep& sweep, const std::vector<CheckNumber>& numbers);

}  // namespace synthbench
