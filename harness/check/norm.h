#pragma once

#include <vector>

namespace synthbench {

/// Errors of a tensor against its float64 truth, and what may be expected of float32. Design, section 5; golden/README.md.

/// True where every finite entry of the truth is zero: then errors are absolute.
bool is_zero(const std::vector<double>& truth);

/// |x - truth| / |truth| in the Euclidean norm, absolute where the truth is zero. Entries whose truth is infinite are left out
/// of the norms and must be equal, else the error is infinite. NaN where any entry of x is NaN. Both have the same size.
double error_norm(const std::vector<double>& x, const std::vector<double>& truth);

/// The relative error that float32 may have beside twice that of a plain composition: 1e-6, or one rounding of the largest
/// logit, which no backward that recomputes probabilities from a float32 lse can avoid.
double f32_floor(double max_logit);

}  // namespace synthbench
