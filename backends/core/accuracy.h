#pragma once

#include <vector>

#include "backends/core/tensor_view.h"

namespace synthbench {

/// Errors of a tensor against its float64 truth, and what every backend is held to.

/// True where every finite entry of the truth is zero: then errors are absolute.
bool is_zero(const std::vector<double>& truth);

/// |x - truth| / |truth| in the Euclidean norm, absolute where the truth is zero. Entries whose truth is infinite are left out
/// of the norms and must be equal, else the error is infinite. NaN where any entry of x is NaN. Both have the same size.
double error_norm(const std::vector<double>& x, const std::vector<double>& truth);

/// "rel_norm", or "abs_norm" where the truth is zero: what error_norm measured.
const char* error_measure(const std::vector<double>& truth);

/// The largest error_norm that is right. f64: 1e-10. f32: twice the error of a plain composition (materialised logits) plus
/// 1e-6 or one rounding of the largest |logit|, which no backward that recomputes probabilities from a float32 lse can avoid.
/// Where the truth is zero something has cancelled: 1e-12 and 1e-5, or 1e-14 and 1e-6 of the largest gradient's norm.
double error_bound(DType dtype, const std::vector<double>& truth, double plain_error, double max_logit, double largest_gradient = 0);

/// The Euclidean norm.
double norm(const std::vector<double>& x);

}  // namespace synthbench
