#pragma once

#include <string>
#include <vector>

#include "backends/core/tensor_view.h"

namespace synthbench {

/// One tensor of one golden file, or a file that was not checked: then `tensor` is empty and `reason` says why.
struct GoldenRow {
  std::string file;     ///< as in INDEX.json, or relative to the directory
  std::string tensor;   ///< "out", "lse", "y", "grad.value" ...
  std::string measure;  ///< "rel_norm"; "abs_norm" where the truth is zero
  double value = 0.0;   ///< NaN where an output is NaN, infinity where an infinite entry differs
  double bound = 0.0;
  bool passed = false;
  std::string reason;

  bool skipped() const { return tensor.empty(); }
};

struct GoldenReport {
  std::vector<GoldenRow> rows;
  std::vector<std::string> errors;  ///< one line per damaged file, with its name; the sound files have their rows

  bool anything_checked() const;  ///< false: exit 5
  bool anything_failed() const;   ///< exit 4; with errors, exit 2 comes first
};

/// Every file of DIR/INDEX.json, or without one every .safetensors below DIR, against a backend in f32 or f64.
/// Bounds are those of docs/golden.md: 1e-10 in f64; in f32 twice the file's f32_error plus max(1e-6, 2^-23 max_logit).
/// Throws UserError when DIR does not exist, the backend is unknown or the dtype is neither f32 nor f64.
GoldenReport check_golden(const std::string& dir, const std::string& backend, DType dtype, int threads);

}  // namespace synthbench
