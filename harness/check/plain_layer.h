#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "backends/core/attention.h"
#include "harness/base/registry.h"

namespace synthbench {

/// A layer with numbers: x and grad_y (B*N,E), weights by name, row-major.
struct PlainLayerCase {
  struct Numbers {
    std::int64_t rows = 0, cols = 0;
    std::vector<double> values;
  };
  std::int64_t batch = 0, length = 0, heads = 0, head_dim = 0;
  bool causal = false;
  std::vector<std::int32_t> key_lengths{};  ///< one per sample; empty: every position is real
  Dropout dropout{};
  std::map<std::string, Numbers> numbers;  ///< "x", the weights; "grad_y" where gradients are wanted

  bool real(std::int64_t sample, std::int64_t position) const {
    return key_lengths.empty() || position < key_lengths[static_cast<std::size_t>(sample)];
  }
};

/// "y", and with grad_y "grad.x" and the gradient of every weight.
using PlainLayerResult = std::map<std::string, std::vector<double>>;

/// A layer that is no sum of attention terms, as its formula reads: plain loops, gradients by hand. In double it is the
/// oracle, in float the yardstick: twice its error is what the layer may be off by (backends/core/accuracy.h).
struct PlainLayer {
  std::function<PlainLayerResult(const PlainLayerCase&)> f32, f64;
};
Registry<PlainLayer>& plain_layers();

}  // namespace synthbench
