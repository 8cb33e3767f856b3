#pragma once

#include <functional>
#include <vector>

#include "harness/check/check_points.h"
#include "harness/check/oracle.h"

namespace synthbench {

/// What one check compares on one call; the problem has the dtype of the pair.
using PairCheck = std::function<std::vector<TensorError>(const CheckPoint& point, Problem tested, AttentionBackend& backend)>;

/// Every variant on every backend in every dtype that was asked for, call by call. Where a backend is not in this program or
/// refuses the call there is a row with its reason.
std::vector<CheckNumber> check_pairs(const CheckRequest& request, std::int64_t length, bool tiles, const PairCheck& check);

/// Why a backend is not in this program; empty when it is.
std::string absence(const std::string& backend);

}  // namespace synthbench
