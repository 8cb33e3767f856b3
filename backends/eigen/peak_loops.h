#pragma once

#include <cstddef>
#include <functional>

#include "backends/core/tensor_view.h"

namespace synthbench::eigen {

/// Work that does one thing only, as fast as this build can: a time of it gives a peak of the machine.
struct PeakLoop {
  std::function<void()> call;
  double work = 0;  ///< of one call: floating-point operations, or bytes read and written
};

/// A product of two square matrices on each thread, f32 or f64, large against what a product costs besides multiplying.
PeakLoop gemm_loop(DType dtype, int threads);

/// Copies so many bytes, each thread its part: work counts them twice, once read and once written (McCalpin's STREAM, copy).
PeakLoop copy_loop(std::size_t bytes, int threads);

}  // namespace synthbench::eigen
