// The layer around one attention call. Sides are made with extent 1 along what they share: an expanded tensor would give
// autograd a gradient per sample to add up, a compact one lets the backend add into shared memory.
#include "harness/trunk/self_attention.h"

#include <fmt/format.h>

#include "harness/base/error.h"

namespace synthbench {
namespace {

using torch::Tensor;

bool reads(const Mixture& mixture, std::initializer_list<Source> sources) {
  const auto is_one = [&](const Side& side) { return std::find(sources.begin(), sources.end(), side.source) != sources.end(); };
  for (const Mixture::Summand& summand : mixture.summands) {
    for (const TermSpec& term : summand.spec.terms) {
      if (is_one(term.lhs) || (term.kind != TermKind::table && is_one(term.rhs))) return true;
    }
  }
  return false;
}

}  // namespace

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

Tensor SelfAttentionImpl::hidden_layer(const Mixture::Summand& summand, const Tensor& x) const {
  const Hidden& layer = *summand.spec.hidden;
  const Tensor& w1 = weight(summand.variant, "w1");
  Tensor hidden;
  switch (layer.w1) {
    case W1::heads: hidden = in_heads(torch::matmul(x, w1)); break;
    case W1::full: hidden = torch::matmul(x.unsqueeze(1), w1); break;  // (B,1,N,E) (H,E,E)
    case W1::slice: hidden = torch::matmul(in_heads(x), w1); break;    // (B,H,N,dh) (H,dh,dh)
  }
  if (layer.bias) hidden = hidden + weight(summand.variant, "b1").view({config_.heads, 1, layer.width});
  return torch::relu(hidden);
}

SelfAttentionImpl::Inputs SelfAttentionImpl::project(const Tensor& x) const {
  Inputs in;
  in.x = x;
  if (w_q_.defined()) in.query = in_heads(torch::matmul(x, w_q_));
  if (w_k_.defined()) in.key = in_heads(torch::matmul(x, w_k_));
  in.value = in_heads(torch::matmul(x, w_v_));
  for (const Mixture::Summand& summand : mixture_.summands) {
    if (summand.spec.hidden) in.hidden[summand.variant] = hidden_layer(summand, x);
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
  const std::int64_t length = inputs.x.size(1);  // self-attention: as many queries as keys
  Tensor p = weight(summand.variant, side.weight).unsqueeze(0);
  if (side.row_shared) return p.unsqueeze(2).narrow(3, 0, length);  // (1,H,1,N)
  if (side.transposed) p = p.transpose(2, 3);
  p = p.narrow(2, 0, length);
  const bool columns_are_keys = term.kind == TermKind::table && !rows_are_keys;
  return columns_are_keys ? p.narrow(3, 0, length) : p;
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

Tensor SelfAttentionImpl::forward(const Tensor& x, AttentionBackend& backend, const AttendOptions& options) {
  if (x.size(1) > config_.max_len) {
    throw UserError(fmt::format("an input of {} positions is longer than max_len {}", x.size(1), config_.max_len));
  }
  const Inputs inputs = project(x);
  const Tensor out = attend(backend, terms_of(inputs), inputs.value, x.size(1), banded(options));
  return torch::matmul(out.transpose(1, 2).flatten(2), w_o_);
}

AttentionBackend::Choice SelfAttentionImpl::choose(const Tensor& x, const AttentionBackend& backend, const AttendOptions& options) {
  const Inputs inputs = project(x);
  return choose_kernel(backend, terms_of(inputs), inputs.value, x.size(1), banded(options));
}

}  // namespace synthbench
