#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/core/tensor_view.h"
#include "harness/base/json.h"
#include "harness/base/safetensors.h"

namespace synthbench {

/// A file of level layer (docs/golden.md): a whole self-attention layer from x to y, with every weight.
struct LayerGoldenCase {
  const Safetensors& file;  ///< "x", "grad_y", the weights by name, "key_lengths"; and the truth: "y", "grad.x", "grad.<weight>"
  Json about;               ///< metadata "case": terms, mixing, causal, bias, w2_shared, reuse_q, shape {B,N,E,H,dh,Nmax}, frozen ...
  std::string backend;
  DType dtype = DType::f32;  ///< inputs are float32-representable; the layer runs in this dtype
  int threads = 1;
};

struct LayerGoldenResult {
  std::vector<std::pair<std::string, std::vector<double>>> tensors;  ///< "y", "grad.x", "grad.w_q" ... as computed
  std::optional<std::string> skipped;                                ///< why this layer cannot run on this backend
};

using LayerGolden = std::function<LayerGoldenResult(const LayerGoldenCase&)>;

/// Who runs whole layers. Empty in synthbench; harness/trunk sets it in synthbench-torch:
///   const bool registered = [] { layer_golden() = run_golden_layer; return true; }();
LayerGolden& layer_golden();

}  // namespace synthbench
