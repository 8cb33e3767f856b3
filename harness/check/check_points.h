#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ablations/problem.h"

namespace synthbench {

/// What `check parity`, `check grad` and `check support` are asked for; empty lists stand for everything.
struct CheckRequest {
  std::vector<std::string> variants;  ///< names, aliases, sums a+b
  std::vector<std::string> backends;
  std::vector<DType> dtypes;
  std::int64_t input_seed = 1;  ///< of all numbers
  int threads = 1;
};

/// One number of a check, or a pair that was not checked: then tensor is empty and reason says why.
struct CheckNumber {
  std::string variant, backend, dtype;
  std::string masks{};   ///< of the call: "plain", "causal", "lengths", "causal+lengths", "decoding", "dropout", "tiles+causal"
  std::string kernel{};  ///< that the backend chose
  std::string tensor{}, measure{};
  double value = 0, bound = 0;
  bool passed = false;
  std::string reason{};

  bool skipped() const { return tensor.empty(); }
};

/// A call of one variant: its masks' name and the problem.
struct CheckPoint {
  std::string variant, masks;
  Mixture mixture;
  CallShape shape;
  ProblemOptions options;

  Problem problem(DType dtype) const;
};

/// Every variant, and sums of them: canonical names. Throws UserError for an unknown word.
std::vector<std::string> check_variants(const CheckRequest& request);
/// Those that were asked for, else all that are known, the other program's too. Throws UserError for a name that
/// nobody knows.
std::vector<std::string> check_backends(const CheckRequest& request);

/// The calls of a variant: each combination of masks at an odd length with an empty sample, the last rows alone, attention
/// dropout, and one of several tiles where `tiles` says so. Three heads of width 8, tables longer than the call.
std::vector<CheckPoint> check_points(const std::string& variant, std::int64_t length, bool tiles, const CheckRequest& request);

}  // namespace synthbench
