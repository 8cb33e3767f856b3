#include "ablations/model_shape.h"

#include <map>

#include "ablations/presets.h"

namespace synthbench {
namespace {

struct Family {
  Architecture architecture;
  bool biases;
};

const Family& family_of(const std::string& preset) {
  static const std::map<std::string, Family> families = {
      {"lm_base", {Architecture::decoder, true}},
      {"lra_text", {Architecture::classifier, true}},
      {"t2t_base", {Architecture::encoder_decoder, true}},
      {"t2t_small", {Architecture::encoder_decoder, true}},
      {"t5_base", {Architecture::encoder_decoder, false}},
      {"t5_small", {Architecture::encoder_decoder, false}},
      {"tiny", {Architecture::decoder, true}},
  };
  return families.at(preset);
}

ModelShape::Position position_of(const std::string& name) {
  if (name == "learned") return ModelShape::Position::learned;
  if (name == "sinusoidal") return ModelShape::Position::sinusoidal;
  return name == "relative" ? ModelShape::Position::relative : ModelShape::Position::none;
}

/// Heads of the preset, and their width there, over the model's own width.
LayerConfig cross_attention_of(const Json& preset, std::int64_t d_model) {
  LayerConfig cross;
  cross.d_model = d_model;
  cross.heads = preset.at("heads").get<std::int64_t>();
  cross.head_dim = preset.at("d_model").get<std::int64_t>() / cross.heads;
  cross.max_len = 1;  // vanilla has no table
  return cross;
}

}  // namespace

ModelShape model_shape(const Config& config) {
  const std::string& preset = config.text("model.preset");
  const Family& family = family_of(preset);
  ModelShape shape;
  shape.architecture = family.architecture;
  shape.biases = family.biases;
  shape.layers = config.integer("model.layers");
  shape.vocabulary = config.integer("data.vocab");
  shape.d_ff = config.integer("model.d_ff");
  shape.length = config.integer("seq_len");
  shape.final_norm = config.text("model.norm") == "pre";
  shape.position = position_of(config.text("model.position"));
  shape.self_attention = config.layer();
  shape.cross_attention = cross_attention_of(presets().at(preset), shape.self_attention.d_model);
  shape.mixture = config.mixture();
  return shape;
}

}  // namespace synthbench
