#include "harness/trunk/layer.h"

#include "harness/trunk/self_attention.h"

namespace synthbench {

Registry<std::function<std::shared_ptr<Layer>(const LayerPlan&)>>& whole_layers() {
  static Registry<std::function<std::shared_ptr<Layer>(const LayerPlan&)>> registry("whole layer");
  return registry;
}

std::shared_ptr<Layer> make_layer(const LayerPlan& plan) {
  if (const auto* make = whole_layers().find(plan.variant)) return (*make)(plan);
  return std::make_shared<SelfAttentionImpl>(describe(plan.variant, plan.config), plan.config, plan.initialiser, plan.path);
}

}  // namespace synthbench
