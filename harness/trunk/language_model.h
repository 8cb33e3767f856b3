#pragma once

#include <torch/torch.h>

#include <string>

#include "ablations/config.h"
#include "harness/trunk/layer.h"

namespace synthbench {

enum class Norm : std::uint8_t { pre, post };
enum class Position : std::uint8_t { learned, sinusoidal, none };

struct ModelConfig {
  std::string variant;
  LayerConfig layer;
  std::int64_t vocabulary = 0, max_positions = 0, layers = 0, d_ff = 0;
  double dropout = 0.0;
  Norm norm = Norm::pre;
  Position position = Position::learned;
};
/// From a resolved config ("model.*" and the layer's keys). Throws UserError for model.position = relative.
ModelConfig model_config(const Config& config, std::int64_t vocabulary);

/// What a forward pass needs beside the tokens.
struct Pass {
  AttentionBackend* backend = nullptr;
  torch::Tensor lengths;  ///< (B) int32 real places per row; undefined: all
  int threads = 1;
  bool causal = true;              ///< false: every position sees all, as in an encoder
  std::uint64_t dropout_seed = 0;  ///< of this step; counts only in training
};

/// relu(x w_in + b_in) w_out + b_out: (B,N,E) -> (B,N,E).
class FeedForwardImpl : public torch::nn::Module {
 public:
  FeedForwardImpl(std::int64_t d_model, std::int64_t d_ff, const Initialiser& initialiser, const std::string& path);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  torch::Tensor w_in_, b_in_, w_out_, b_out_;
};
TORCH_MODULE(FeedForward);

/// Self-attention, or the layer in its place, and feed-forward, each with its residual and its layer norm.
class DecoderBlockImpl : public torch::nn::Module {
 public:
  DecoderBlockImpl(const ModelConfig& config, const Initialiser& initialiser, const std::string& path);
  torch::Tensor forward(const torch::Tensor& x, const Pass& pass);
  AttentionBackend::Choice choose(const torch::Tensor& x, const Pass& pass);

 private:
  AttendOptions attend_options(const Pass& pass) const;
  torch::Tensor attended(const torch::Tensor& x, const Pass& pass);

  Norm norm_;
  double dropout_;
  std::shared_ptr<Layer> attention_;
  FeedForward feed_forward_{nullptr};
  torch::nn::LayerNorm attention_norm_{nullptr}, feed_forward_norm_{nullptr};
};
TORCH_MODULE(DecoderBlock);

/// Decoder-only language model: tokens (B,N) int64 -> logits (B,N,V); position i sees tokens 0 ... i.
///
/// Parameters: embedding (V,E), also the output projection, scaled by sqrt(E) on the way in (Vaswani et al. 2017, 3.4);
/// positions (max_positions,E) where they are learned; blocks.<i>.attention.* (self_attention.h),
/// (where all layers share one block: blocks.0 alone),
/// blocks.<i>.attention_norm not where the layer has a norm and a residual of its own and model.norm = pre,
/// blocks.<i>.feed_forward.{w_in,b_in,w_out,b_out}, blocks.<i>.{attention,feed_forward}_norm.{weight,bias};
/// final_norm.{weight,bias} with model.norm = pre.
class LanguageModelImpl : public torch::nn::Module {
 public:
  LanguageModelImpl(const ModelConfig& config, const Initialiser& initialiser);
  /// Throws UserError when N exceeds what the model was made for.
  torch::Tensor forward(const torch::Tensor& tokens, const Pass& pass);
  /// The kernel that its attention layers would run on such a batch.
  AttentionBackend::Choice choose(const torch::Tensor& tokens, const Pass& pass);
  std::int64_t trained_parameters() const;

 private:
  torch::Tensor embedded(const torch::Tensor& tokens) const;

  ModelConfig config_;
  torch::Tensor embedding_, positions_;
  torch::nn::ModuleList blocks_{nullptr};
  torch::nn::LayerNorm final_norm_{nullptr};
};
TORCH_MODULE(LanguageModel);

/// sin and cos of positions 0 ... count-1, (count, E): halves side by side, wavelengths from 2 pi to 10000 * 2 pi (the
/// timing signal of Tensor2Tensor).
torch::Tensor sinusoids(std::int64_t count, std::int64_t width, torch::ScalarType dtype);

}  // namespace synthbench
