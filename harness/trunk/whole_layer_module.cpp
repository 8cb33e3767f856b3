#include "harness/trunk/whole_layer_module.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"

namespace synthbench {

using torch::Tensor;

WholeLayerModule::WholeLayerModule(const LayerPlan& plan) : variant_(plan.variant), config_(plan.config) {
  const Mixture mixture = describe(plan.variant, plan.config);
  whole_ = *whole_layer(mixture);
  for (const Parameter& p : mixture.summands.front().spec.parameters) {
    weights_[p.name] = register_parameter(p.name, plan.initialiser.make(plan.path + p.name, p.shape, p.init));
  }
  const std::vector<std::string>& keys = variants().at(plan.variant).keys;
  has_length_ = std::ranges::find(keys, "max_len") != keys.end();
}

std::optional<std::string> WholeLayerModule::refused(const AttendOptions& options) const {
  if (options.causal && !whole_.causal_form) return variant_ + " mixes all positions and has no causal form";
  if (options.key_lengths.defined() && !whole_.padding) return variant_ + " mixes all positions and cannot leave padded ones out";
  return {};
}

AttentionBackend::Choice WholeLayerModule::choose(const Tensor& x, const AttentionBackend& backend, const AttendOptions& options) {
  if (auto reason = refused(options)) return {{}, {}, std::move(reason)};
  return kernel(x, backend, options);
}

AttentionBackend::Choice WholeLayerModule::kernel(const Tensor&, const AttentionBackend&, const AttendOptions&) const {
  return {"modules", "optimised", {}};
}

Tensor WholeLayerModule::forward(const Tensor& x, AttentionBackend& backend, const AttendOptions& options) {
  if (has_length_ && x.size(1) > config_.max_len) {
    throw UserError(fmt::format("an input of {} positions is longer than max_len {}", x.size(1), config_.max_len));
  }
  if (const auto reason = refused(options)) throw UserError(*reason);
  return run(x, backend, options);
}

Tensor WholeLayerModule::extend(const Tensor& x, DecodeCache& cache, AttentionBackend& backend, const AttendOptions& options) {
  AttendOptions causal;
  causal.causal = true;
  causal.threads = options.threads;
  if (options.key_lengths.defined()) throw UserError("decoding has no key lengths");
  const Tensor seen = with_tail(cache, x), y = forward(seen, backend, causal);
  remember(cache, x, reach());
  return y.narrow(1, seen.size(1) - x.size(1), x.size(1));
}

Tensor WholeLayerModule::with_bias(const Tensor& t, const std::string& name) const {
  const auto bias = weights_.find(name);
  return bias == weights_.end() ? t : t + bias->second;
}

}  // namespace synthbench
