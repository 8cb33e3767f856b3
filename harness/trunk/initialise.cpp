#include "harness/trunk/initialise.h"

#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

namespace synthbench {
namespace {

/// FNV-1a over the name, started from the seed: the same on every machine, unlike std::hash.
std::uint64_t stream_of(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 14695981039346656037ull ^ (seed * 0x9E3779B97F4A7C15ull);
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash ^ (seed >> 32);  // the generator reads the low half alone
}

}  // namespace

torch::Tensor Initialiser::make(std::string_view name, at::IntArrayRef shape, const Init& init) const {
  const torch::NoGradGuard no_grad;
  // Drawn in double and rounded: the same numbers in every dtype.
  torch::Tensor values = torch::zeros(shape, torch::kDouble);
  auto generator = at::make_generator<at::CPUGeneratorImpl>(stream_of(seed_, name));
  switch (init.kind) {
    case Init::Kind::zeros: break;
    case Init::Kind::ones: values.fill_(1.0); break;
    case Init::Kind::normal: values.normal_(0.0, init.scale, generator); break;
    case Init::Kind::uniform: values.uniform_(-init.scale, init.scale, generator); break;
  }
  return values.to(device_, dtype_);
}

torch::Tensor Initialiser::xavier(std::string_view name, std::int64_t rows, std::int64_t columns) const {
  return make(name, {rows, columns}, {Init::Kind::uniform, std::sqrt(6.0 / static_cast<double>(rows + columns))});
}

}  // namespace synthbench
