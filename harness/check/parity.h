#pragma once

#include "harness/check/check_points.h"

namespace synthbench {

/// Backends against the float64 oracle: out, lse and every gradient of every variant under every mask, within the bound of
/// backends/core/accuracy.h. dtypes: f32 and f64 where none is asked for.
/// Backends of another program, and calls that a backend refuses, are rows with a reason.
/// Throws UserError for an unknown variant or backend, and for a dtype that has no oracle.
std::vector<CheckNumber> check_parity(const CheckRequest& request);

/// Gradients against central differences of the float64 oracle's output: a derivation that shares no formula with any backward.
/// The differences are of fourth order, taken with two steps; how far these are apart is what they may be off by and is added to
/// the bound. At most 24 entries of each operand, drawn from the input seed, are moved.
std::vector<CheckNumber> check_gradients(const CheckRequest& request);

/// Which variant runs on which backend in which dtype and direction; decided by choose(), nothing is computed.
struct Support {
  std::string variant, backend, dtype, direction;  ///< direction: "fwd" or "fwdbwd"
  bool supported = false;
  std::string kernel{};  ///< that would run
  std::string reason{};  ///< set exactly where it is not supported
};
/// dtypes: all four where none is asked for.
std::vector<Support> check_support(const CheckRequest& request);

}  // namespace synthbench
