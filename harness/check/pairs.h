#pragma once

#include <functional>
#include <vector>

#include "harness/check/check_points.h"
#include "harness/check/oracle.h"

namespace synthbench {

/// What one check compares on one call; the problem has the dtype of the pair.
using PairCheck = std::function<std::vector<TensorError>(const CheckPoint& point, Problem tested, AttentionBackend& backend)>;

/// A call as if its operands had another dtype and lay elsewhere: for choose(), which reads no numbers.
class CallIn {
 public:
  CallIn(const Problem& problem, DType dtype, Place place);
  const AttentionCall& call() const { return call_; }

 private:
  AttentionCall call_;
  std::vector<LogitTerm> terms_;
};

/// Every variant on every backend in every dtype that was asked for, call by call. Where a backend is not in this program or
/// refuses the call there is a row with its reason.
std::vector<CheckNumber> check_pairs(const CheckRequest& request, std::int64_t length, bool tiles, const PairCheck& check);

/// Why a backend cannot run here at all: it is not in this program, or there is no GPU for it. Empty where it can.
std::string absence(const std::string& backend);

/// Where the operands of a backend that is here live: on a GPU where it takes none from the host.
Place place_of(const AttentionBackend& backend);

}  // namespace synthbench
