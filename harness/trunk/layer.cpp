#include "harness/trunk/layer.h"

#include <algorithm>

#include "harness/trunk/self_attention.h"

namespace synthbench {

Registry<std::function<std::shared_ptr<Layer>(const LayerPlan&)>>& whole_layers() {
  static Registry<std::function<std::shared_ptr<Layer>(const LayerPlan&)>> registry("whole layer");
  return registry;
}

torch::Tensor with_tail(const DecodeCache& cache, const torch::Tensor& x) {
  return cache.tail.defined() ? torch::cat({cache.tail, x}, 1) : x;
}

void remember(DecodeCache& cache, const torch::Tensor& x, std::int64_t reach) {
  cache.length += x.size(1);
  if (reach == 0) return;
  const torch::Tensor seen = with_tail(cache, x);
  const std::int64_t kept = std::min(reach, seen.size(1));
  cache.tail = seen.narrow(1, seen.size(1) - kept, kept);
}

std::shared_ptr<Layer> make_layer(const LayerPlan& plan) {
  if (const auto* make = whole_layers().find(plan.variant)) return (*make)(plan);
  return std::make_shared<SelfAttentionImpl>(describe(plan.variant, plan.config), plan.config, plan.initialiser, plan.path);
}

}  // namespace synthbench
