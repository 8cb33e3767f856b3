#include "harness/trunk/language_model.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/error.h"

namespace synthbench {
namespace {

using torch::Tensor;

constexpr double kNormEpsilon = 1e-6;  // Tensor2Tensor's

torch::nn::LayerNorm layer_norm(std::int64_t width, const Initialiser& initialiser) {
  torch::nn::LayerNorm norm(torch::nn::LayerNormOptions({width}).eps(kNormEpsilon));
  norm->to(initialiser.device(), initialiser.dtype());
  return norm;
}

Tensor dropped(const Tensor& x, double rate, bool training) { return rate > 0 && training ? torch::dropout(x, rate, true) : x; }

}  // namespace

ModelConfig model_config(const Config& config, std::int64_t vocabulary) {
  ModelConfig m;
  m.variant = config.text("variant");
  m.layer = config.layer();
  m.vocabulary = vocabulary;
  m.max_positions = config.integer("seq_len");
  m.layers = config.integer("model.layers");
  m.d_ff = config.integer("model.d_ff");
  m.dropout = config.number("model.dropout");
  m.norm = config.text("model.norm") == "post" ? Norm::post : Norm::pre;
  const std::string& position = config.text("model.position");
  if (position == "relative")
    throw UserError("model.position 'relative' is not known to language models (known: learned, sinusoidal, none)");
  m.position = position == "learned" ? Position::learned : position == "sinusoidal" ? Position::sinusoidal : Position::none;
  return m;
}

FeedForwardImpl::FeedForwardImpl(std::int64_t d_model, std::int64_t d_ff, const Initialiser& initialiser, const std::string& path)
    : w_in_(register_parameter("w_in", initialiser.xavier(path + "w_in", d_model, d_ff))),
      b_in_(register_parameter("b_in", initialiser.make(path + "b_in", {d_ff}, {}))),
      w_out_(register_parameter("w_out", initialiser.xavier(path + "w_out", d_ff, d_model))),
      b_out_(register_parameter("b_out", initialiser.make(path + "b_out", {d_model}, {}))) {}

Tensor FeedForwardImpl::forward(const Tensor& x) {
  const Tensor rows = x.flatten(0, 1);
  return torch::addmm(b_out_, torch::relu(torch::addmm(b_in_, rows, w_in_)), w_out_).view_as(x);
}

DecoderBlockImpl::DecoderBlockImpl(const ModelConfig& config, const Initialiser& initialiser, const std::string& path)
    : norm_(config.norm), dropout_(config.dropout) {
  const std::int64_t width = config.layer.d_model;
  attention_ = register_module("attention", make_layer({config.variant, config.layer, initialiser, path + "attention."}));
  feed_forward_ = register_module("feed_forward", FeedForward(width, config.d_ff, initialiser, path + "feed_forward."));
  if (!(attention_->has_own_residual() && norm_ == Norm::pre)) {
    attention_norm_ = register_module("attention_norm", layer_norm(width, initialiser));
  }
  feed_forward_norm_ = register_module("feed_forward_norm", layer_norm(width, initialiser));
}

AttendOptions DecoderBlockImpl::attend_options(const Pass& pass) const {
  AttendOptions options;
  options.causal = pass.causal;
  options.key_lengths = pass.lengths;
  options.threads = pass.threads;
  if (is_training()) options.dropout = {dropout_, pass.dropout_seed};
  return options;
}

/// x and what the attention layer adds to it, with a norm before it or none.
Tensor DecoderBlockImpl::attended(const Tensor& x, const Pass& pass) {
  const bool own = attention_->has_own_residual();
  const Tensor in = own || norm_ == Norm::post ? x : attention_norm_(x);
  const Tensor y = attention_->forward(in, *pass.backend, attend_options(pass));
  if (own && !(dropout_ > 0 && is_training())) return y;
  return x + dropped(own ? y - x : y, dropout_, is_training());
}

Tensor DecoderBlockImpl::forward(const Tensor& x, const Pass& pass) {
  const auto fed = [&](const Tensor& t) { return dropped(feed_forward_->forward(t), dropout_, is_training()); };
  if (norm_ == Norm::pre) {
    const Tensor y = attended(x, pass);
    return y + fed(feed_forward_norm_(y));
  }
  const Tensor y = attention_norm_(attended(x, pass));
  return feed_forward_norm_(y + fed(y));
}

AttentionBackend::Choice DecoderBlockImpl::choose(const Tensor& x, const Pass& pass) {
  return attention_->choose(x, *pass.backend, attend_options(pass));
}

LanguageModelImpl::LanguageModelImpl(const ModelConfig& config, const Initialiser& initialiser) : config_(config) {
  const std::int64_t width = config.layer.d_model;
  const Init unit_after_scaling{Init::Kind::normal, 1.0 / std::sqrt(static_cast<double>(width))};
  embedding_ = register_parameter("embedding", initialiser.make("embedding", {config.vocabulary, width}, unit_after_scaling));
  switch (config.position) {
    case Position::learned:
      positions_ = register_parameter("positions", initialiser.make("positions", {config.max_positions, width}, {Init::Kind::normal, 0.1}));
      break;
    case Position::sinusoidal:
      positions_ = register_buffer("positions", sinusoids(config.max_positions, width, initialiser.dtype()).to(initialiser.device()));
      break;
    case Position::none: break;
  }
  blocks_ = register_module("blocks", torch::nn::ModuleList());
  const std::int64_t stored = shared_over_layers(describe(config.variant, config.layer)) ? 1 : config.layers;
  for (std::int64_t i = 0; i < stored; ++i) blocks_->push_back(DecoderBlock(config, initialiser, fmt::format("blocks.{}.", i)));
  if (config.norm == Norm::pre) final_norm_ = register_module("final_norm", layer_norm(width, initialiser));
}

Tensor LanguageModelImpl::embedded(const Tensor& tokens) const {
  if (tokens.size(1) > config_.max_positions) {
    throw UserError(fmt::format("a batch of {} positions is longer than seq_len {}", tokens.size(1), config_.max_positions));
  }
  const Tensor x = torch::embedding(embedding_, tokens) * std::sqrt(static_cast<double>(config_.layer.d_model));
  return positions_.defined() ? x + positions_.narrow(0, 0, tokens.size(1)) : x;
}

Tensor LanguageModelImpl::forward(const Tensor& tokens, const Pass& pass) {
  Tensor x = dropped(embedded(tokens), config_.dropout, is_training());
  Pass of_layer = pass;
  for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
    const std::size_t block = static_cast<std::size_t>(layer) % blocks_->size();  // the only one, where all layers share it
    x = blocks_[block]->as<DecoderBlock>()->forward(x, of_layer);
    ++of_layer.dropout_seed;
  }
  if (config_.norm == Norm::pre) x = final_norm_(x);
  return torch::matmul(x, embedding_.t());
}

AttentionBackend::Choice LanguageModelImpl::choose(const Tensor& tokens, const Pass& pass) {
  return blocks_[0]->as<DecoderBlock>()->choose(embedded(tokens), pass);
}

std::int64_t LanguageModelImpl::trained_parameters() const {
  std::int64_t count = 0;
  for (const Tensor& parameter : parameters()) count += parameter.numel();
  return count;
}

Tensor sinusoids(std::int64_t count, std::int64_t width, torch::ScalarType dtype) {
  const std::int64_t waves = width / 2;
  const double step = std::log(10000.0) / static_cast<double>(std::max<std::int64_t>(waves - 1, 1));
  const Tensor frequency = torch::exp(torch::arange(waves, torch::kDouble) * -step);
  const Tensor angle = torch::arange(count, torch::kDouble).unsqueeze(1) * frequency;
  Tensor signal = torch::cat({angle.sin(), angle.cos()}, 1);
  if (width % 2 != 0) signal = torch::constant_pad_nd(signal, {0, 1});
  return signal.to(dtype);
}

}  // namespace synthbench
