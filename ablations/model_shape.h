#pragma once

#include <cstdint>
#include <string>

#include "ablations/config.h"

namespace synthbench {

/// What a model is made of, beside its self-attention.
enum class Architecture : std::uint8_t {
  encoder_decoder,  ///< both stacks attend to themselves, the decoder to the encoder as well
  decoder,          ///< language model
  classifier,       ///< encoder; the first position goes through two layers to two classes
};

/// The whole model of a preset, as numbers. Embedding (V,E) is also the output projection of models that write text.
struct ModelShape {
  enum class Position : std::uint8_t { learned, sinusoidal, relative, none };

  Architecture architecture = Architecture::encoder_decoder;
  std::int64_t layers = 0;      ///< of each stack
  std::int64_t vocabulary = 0;  ///< V
  std::int64_t d_ff = 0;
  std::int64_t length = 0;  ///< positions of each stack: source and target are equally long
  bool biases = true;       ///< of feed-forward layers and norms; T5 has none and scales alone in its norms
  bool final_norm = true;   ///< behind each stack: model.norm = pre
  Position position = Position::sinusoidal;
  LayerConfig self_attention;   ///< of every layer of both stacks
  LayerConfig cross_attention;  ///< vanilla; its heads and head_dim are the preset's whatever the config says
  Mixture mixture;              ///< of self-attention
};

/// From a config that builds a whole model (scope step): model.preset decides the architecture, its keys the sizes.
/// Source: Raffel et al. 2020 and Mesh-TensorFlow (T5), Vaswani et al. 2017 (t2t). T5: 32 buckets of relative positions per head, one table per stack.
ModelShape model_shape(const Config& config);

/// Distances that a table of relative positions tells apart (T5).
inline constexpr std::int64_t kRelativeBuckets = 32;

/// Classes that a classifier tells apart: the text tasks of LRA and of table 7 have two to four; two are counted.
inline constexpr std::int64_t kClasses = 2;

}  // namespace synthbench
