#pragma once

#include <ATen/ops/erf.h>
#include <ATen/ops/exp.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log.h>
#include <ATen/ops/tanh.h>

#include <limits>

namespace synthbench::aten {

/// Makes the process map the constants of LibTorch's vector functions (Sleef), once; call it before anything is timed. They are read by
/// masked loads. Where no lane is wanted, a load from a page that is not mapped faults nothing in, ever, and on AMD's processors each one
/// takes some 70 ns more: a softmax would be several times as slow for as long as no logit overflows. A Python process has mapped those
/// pages by what else it does.
inline void map_constants() {
  static const bool mapped = [] {
    constexpr double inf = std::numeric_limits<double>::infinity();
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
      for (const double x : {-inf, -1e4, -100.0, -1.0, -0.0, 0.0, 1e-30, 1.0, 100.0, 1e4, inf, inf - inf}) {  // every special case
        const at::Tensor lanes = at::full({64}, x, type);
        for (const auto function : {at::exp, at::log, at::tanh, at::erf}) function(lanes);
      }
    }
    return true;
  }();
  (void)mapped;
}

}  // namespace synthbench::aten
