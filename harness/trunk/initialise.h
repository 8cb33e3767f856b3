#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <string_view>

#include "ablations/logit_spec.h"

namespace synthbench {

/// Starting values of parameters. Each tensor's numbers depend on (seed, its name) alone, so models that differ in one part
/// start equal in all others, and adding a parameter moves no other.
class Initialiser {
 public:
  Initialiser(std::uint64_t seed, torch::ScalarType dtype, torch::Device device = torch::kCPU)
      : seed_(seed), dtype_(dtype), device_(device) {}
  torch::ScalarType dtype() const { return dtype_; }
  torch::Device device() const { return device_; }

  /// name: the full name ("blocks.0.attention.w_q").
  torch::Tensor make(std::string_view name, at::IntArrayRef shape, const Init& init) const;

  /// Uniform within sqrt(6 / (rows + columns)) (Glorot and Bengio 2010) for a matrix (rows, columns).
  torch::Tensor xavier(std::string_view name, std::int64_t rows, std::int64_t columns) const;

 private:
  std::uint64_t seed_;
  torch::ScalarType dtype_;
  torch::Device device_;
};

}  // namespace synthbench
