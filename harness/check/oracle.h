#pragma once

#include <string>
#include <vector>

#include "ablations/problem.h"

namespace synthbench {

/// One result of a backend beside the float64 truth.
struct TensorError {
  std::string tensor;   ///< "out", "lse", "grad.value", "grad.term0.lhs" ...; "guards": something was written around a tensor
  std::string measure;  ///< "rel_norm", "abs_norm" where the truth is zero; "overwritten" of guards
  double value = 0, bound = 0;
  bool passed() const { return value <= bound; }  ///< false for NaN
};

/// Runs the problem on the backend: outputs poisoned, gradients from zero.
void run_afresh(AttentionBackend& backend, Problem& problem);

/// The problem on the backend, on the reference in f64, and as a plain composition in its own dtype, whose error says what is
/// allowed (backends/core/accuracy.h). A row for each result. The problem's dtype is f32 or f64.
std::vector<TensorError> errors_against_oracle(Problem tested, AttentionBackend& backend);

}  // namespace synthbench
