// The layer around one attention call. Sides are made with extent 1 along what they share: an expanded tensor would give
// autograd a gradient per sample to add up, a compact one lets the backend add into shared memory.
#include "harness/trunk/self_attention.h"

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/trunk/positions.h"

namespace synthbench {

using torch::Tensor;

SelfAttentionImpl::SelfAttentionImpl(Mixture mixture, const LayerConfig& config, const Initialiser& initialiser, const std::string& path)
    : mixture_(std::move(mixture)), config_(config) {
  const std::int64_t width = config.heads * config.head_dim;
  const auto projection = [&](const char* name, std::int64_t rows, std::int64_t columns) {
    return register_parameter(name, initialiser.xavier(path + name, rows, columns));
  };
  if (reads(mixture_, {Source::query, Source::relu_query})) w_q_ = projection("w_q", config.d_model, width);
  if (reads(mixture_, {Source::key})) w_k_ = projection("w_k", config.d_model, width);
  w_v_ = projection("w_v", config.d_model, width);
  w_o_ = projection("w_o", width, config.d_model);

  for (const Mixture::Summand& summand : mixture_.summands) {
    if (summand.spec.parameters.empty()) continue;
    auto own = register_module(summand.variant, std::make_shared<torch::nn::Module>(summand.variant));
    for (const Parameter& p : summand.spec.parameters) {
      const std::string name = summand.variant + "." + p.name;
      const Tensor start = initialiser.make(path + name, p.shape, p.init);
      weights_[name] = p.trained ? own->register_parameter(p.name, start) : own->register_buffer(p.name, start);
    }
  }
  const auto summands = static_cast<std::int64_t>(mixture_.summands.size());
  const Init zero{};
  if (mixture_.mixing == Mixing::sigmoid) alpha_ = register_parameter("alpha", initialiser.make(path + "alpha", {1}, zero));
  if (mixture_.mixing == Mixing::softmax) {
    alpha_ = register_parameter("alpha", initialiser.make(path + "alpha", {config.heads, summands}, zero));
  }
}

/// (B,N,H*width) -> (B,H,N,width)
Tensor SelfAttentionImpl::in_heads(const Tensor& t) const {
  return t.unflatten(2, {config_.heads, t.size(2) / config_.heads}).transpose(1, 2);
}

/// (B,H,N,width * output_taps). Convolutions see zeros beyond both ends and at padded positions.
Tensor SelfAttentionImpl::hidden_layer(const Mixture::Summand& summand, const Tensor& x, const AttendOptions& options) const {
  const Hidden& layer = *summand.spec.hidden;
  const auto named = [&](const char* name) { return weight(summand.variant, name); };
  const auto biased = [&](const Tensor& t, const char* name) { return layer.bias ? t + named(name) : t; };
  Tensor in = x;
  if (layer.bottleneck > 0) {
    const Tensor narrow = torch::relu(biased(torch::matmul(x, named("w_down")), "b_down"));
    in = biased(torch::matmul(narrow, named("w_up")), "b_up");
  }
  if (layer.w1 == W1::full) in = in.unsqueeze(1);  // (B,1,N,E)
  if (layer.w1 == W1::slice) in = in_heads(in);    // (B,H,N,dh)
  if (layer.taps > 1) in = neighbours(without_padding(in, options.key_lengths), layer.taps, options.causal);
  const auto mapped = [&](const char* weight_name, const char* bias_name) {
    Tensor out = torch::matmul(in, named(weight_name));
    if (layer.w1 == W1::heads) out = in_heads(out);
    return layer.bias ? out + named(bias_name).view({config_.heads, 1, layer.width}) : out;
  };
  Tensor hidden = mapped("w1", "b1");
  switch (layer.activation) {
    case Hidden::Activation::none: break;
    case Hidden::Activation::relu: hidden = torch::relu(hidden); break;
    case Hidden::Activation::gate: hidden = hidden * torch::sigmoid(mapped("v1", "c1")); break;
  }
  if (layer.output_taps == 1) return hidden;
  return neighbours(without_padding(hidden, options.key_lengths), layer.output_taps, options.causal);
}

/// Keys and values are those of x alone: extend puts the cached ones in front.
SelfAttentionImpl::Inputs SelfAttentionImpl::project(const Tensor& x, const AttendOptions& options, const DecodeCache& cache) const {
  Inputs in;
  in.before = cache.length;
  in.queries = x.size(1);
  in.keys = cache.length + x.size(1);
  if (w_q_.defined()) in.query = in_heads(torch::matmul(x, w_q_));
  if (w_k_.defined()) in.key = in_heads(torch::matmul(x, w_k_));
  in.value = in_heads(torch::matmul(x, w_v_));
  const Tensor seen = with_tail(cache, x);
  for (const Mixture::Summand& summand : mixture_.summands) {
    if (!summand.spec.hidden) continue;
    const Tensor hidden = hidden_layer(summand, seen, options);
    in.hidden[summand.variant] = seen.size(1) == x.size(1) ? hidden : hidden.narrow(2, seen.size(1) - x.size(1), x.size(1));
  }
  return in;
}

/// One side, (B or 1, H or 1, rows or 1, columns).
Tensor SelfAttentionImpl::side(const Mixture::Summand& summand, const TermSpec& term, const Side& side, bool rows_are_keys,
                               const Inputs& inputs) const {
  switch (side.source) {
    case Source::query: return inputs.query;
    case Source::key: return inputs.key;
    case Source::relu_query: return torch::relu(inputs.query);
    case Source::hidden: return inputs.hidden.at(summand.variant);
    case Source::projected: {
      const Tensor projected = torch::matmul(inputs.hidden.at(summand.variant), weight(summand.variant, side.weight));
      return side.bias.empty() ? projected : projected + weight(summand.variant, side.bias).unsqueeze(1);
    }
    case Source::parameter: break;
  }
  Tensor p = weight(summand.variant, side.weight).unsqueeze(0);
  if (side.row_shared) return p.unsqueeze(2).narrow(3, 0, inputs.keys);  // (1,H,1,M)
  if (side.transposed) p = p.transpose(2, 3);
  p = rows_are_keys ? p.narrow(2, 0, inputs.keys) : p.narrow(2, inputs.before, inputs.queries);
  const bool columns_are_keys = term.kind == TermKind::table && !rows_are_keys;
  return columns_are_keys ? p.narrow(3, 0, inputs.keys) : p;
}

std::vector<Tensor> SelfAttentionImpl::mixing_weights() const {
  std::vector<Tensor> weights(mixture_.summands.size());
  if (mixture_.mixing == Mixing::softmax) {
    const Tensor shares = torch::softmax(alpha_, 1);  // (H, summands)
    for (std::size_t s = 0; s < weights.size(); ++s) weights[s] = shares.select(1, static_cast<std::int64_t>(s)).view({1, -1, 1, 1});
  }
  if (mixture_.mixing == Mixing::sigmoid) {
    const Tensor s = torch::sigmoid(alpha_).view({1, 1, 1, 1});
    const std::size_t first = mixture_.summands[1].variant == "vanilla" ? 1 : 0;  // it gets 1-s, the other s
    weights[first] = 1.0 - s;
    weights[1 - first] = s;
  }
  return weights;
}

std::vector<TermTensors> SelfAttentionImpl::terms_of(const Inputs& inputs) const {
  const std::vector<Tensor> weights = mixing_weights();
  std::vector<TermTensors> terms;
  for (std::size_t s = 0; s < mixture_.summands.size(); ++s) {
    const Mixture::Summand& summand = mixture_.summands[s];
    for (const TermSpec& spec : summand.spec.terms) {
      TermTensors term{spec.kind, spec.scale, side(summand, spec, spec.lhs, false, inputs), {}};
      if (weights[s].defined()) term.lhs = term.lhs * weights[s];
      if (spec.kind != TermKind::table) term.rhs = side(summand, spec, spec.rhs, spec.kind == TermKind::inner, inputs);
      terms.push_back(std::move(term));
    }
  }
  return terms;
}

AttendOptions SelfAttentionImpl::banded(AttendOptions options) const {
  options.window = window_of(mixture_);
  return options;
}

void SelfAttentionImpl::require_fit(std::int64_t positions) const {
  if (positions <= config_.max_len) return;
  throw UserError(fmt::format("an input of {} positions is longer than max_len {}", positions, config_.max_len));
}

std::int64_t SelfAttentionImpl::reach() const {
  std::int64_t longest = 0;
  for (const Mixture::Summand& summand : mixture_.summands) {
    if (const auto& hidden = summand.spec.hidden) longest = std::max(longest, hidden->taps + hidden->output_taps - 2);
  }
  return longest;
}

Tensor SelfAttentionImpl::forward(const Tensor& x, AttentionBackend& backend, const AttendOptions& options) {
  require_fit(x.size(1));
  const Inputs inputs = project(x, options);
  const Tensor out = attend(backend, terms_of(inputs), inputs.value, x.size(1), banded(options));
  return torch::matmul(out.transpose(1, 2).flatten(2), w_o_);
}

Tensor SelfAttentionImpl::extend(const Tensor& x, DecodeCache& cache, AttentionBackend& backend, const AttendOptions& options) {
  if (options.key_lengths.defined()) throw UserError("decoding has no key lengths");
  require_fit(cache.length + x.size(1));
  AttendOptions causal;
  causal.causal = true;
  causal.query_offset = cache.length;
  causal.threads = options.threads;
  Inputs inputs = project(x, causal, cache);
  const auto behind = [](const Tensor& cached, const Tensor& fresh) { return cached.defined() ? torch::cat({cached, fresh}, 2) : fresh; };
  if (inputs.key.defined()) cache.key = inputs.key = behind(cache.key, inputs.key);
  cache.value = inputs.value = behind(cache.value, inputs.value);
  remember(cache, x, reach());
  const Tensor out = attend(backend, terms_of(inputs), inputs.value, x.size(1), banded(causal));
  return torch::matmul(out.transpose(1, 2).flatten(2), w_o_);
}

AttentionBackend::Choice SelfAttentionImpl::choose(const Tensor& x, const AttentionBackend& backend, const AttendOptions& options) {
  const Inputs inputs = project(x, options);
  return choose_kernel(backend, terms_of(inputs), inputs.value, x.size(1), banded(options));
}

}  // namespace synthbench
