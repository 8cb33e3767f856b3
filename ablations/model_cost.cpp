// A model is stacks of blocks: self-attention, in a decoder that has a source cross-attention, feed-forward, each with its norm.
#include "ablations/model_cost.h"

#include "ablations/counting.h"

namespace synthbench {
namespace {

bool has_source(const ModelShape& model) { return model.architecture == Architecture::encoder_decoder; }
bool writes_text(const ModelShape& model) { return model.architecture != Architecture::classifier; }
std::int64_t stacks(const ModelShape& model) { return has_source(model) ? 2 : 1; }
std::int64_t width(const ModelShape& model) { return model.self_attention.d_model; }

/// Layers of all stacks: every one has self-attention and feed-forward.
std::int64_t all_layers(const ModelShape& model) { return times({stacks(model), model.layers}); }
std::int64_t cross_layers(const ModelShape& model) { return has_source(model) ? model.layers : 0; }

Mixture cross_mixture(const ModelShape& model) { return describe("vanilla", model.cross_attention); }

CallShape call_shape(const ModelShape& model, const LayerConfig& layer, std::int64_t batch) {
  return {batch, layer.heads, model.length, model.length, layer.head_dim};
}

std::int64_t norm_parameters(const ModelShape& model) { return times({model.biases ? 2 : 1, width(model)}); }

/// Two layers, inputs -> hidden -> outputs.
std::int64_t two_layer_parameters(const ModelShape& model, std::int64_t hidden, std::int64_t outputs) {
  const std::int64_t weights = plus({times({width(model), hidden}), times({hidden, outputs})});
  return model.biases ? plus({weights, hidden, outputs}) : weights;
}

std::int64_t position_parameters(const ModelShape& model) {
  switch (model.position) {
    case ModelShape::Position::learned: return times({stacks(model), model.length, width(model)});
    case ModelShape::Position::relative: return times({stacks(model), kRelativeBuckets, model.self_attention.heads});
    case ModelShape::Position::sinusoidal:
    case ModelShape::Position::none: break;
  }
  return 0;
}

Flops operator*(std::int64_t count, const Flops& flops) { return {times({count, flops.forward}), times({count, flops.backward})}; }
Flops& operator+=(Flops& sum, const Flops& more) {
  add(sum.forward, more.forward);
  add(sum.backward, more.backward);
  return sum;
}

/// Products have a gradient for each of their two operands.
Flops products(std::int64_t forward) { return {forward, times({2, forward})}; }

/// Two layers on `rows` inputs, with the relu between them and the biases.
Flops two_layer_flops(const ModelShape& model, std::int64_t rows, std::int64_t hidden, std::int64_t outputs) {
  Flops flops = products(plus({times({2, rows, width(model), hidden}), times({2, rows, hidden, outputs})}));
  const std::int64_t relu = times({rows, hidden}), biases = model.biases ? plus({relu, times({rows, outputs})}) : 0;
  flops += Flops{plus({relu, biases}), plus({relu, biases})};
  return flops;
}

/// One addition per logit, and as many to sum its gradient.
Flops relative_bias_flops(const ModelShape& model, const CallShape& shape) {
  if (model.position != ModelShape::Position::relative) return {};
  const std::int64_t samples = batch_independent(model.mixture) ? 1 : shape.batch;
  const std::int64_t logits = times({samples, shape.heads, shape.queries, shape.keys});
  return {logits, logits};
}

}  // namespace

std::int64_t self_attention_parameters(const ModelShape& model) {
  return times({all_layers(model), layer_parameters(model.mixture, model.self_attention)});
}

std::int64_t model_parameters(const ModelShape& model) {
  const std::int64_t norm = norm_parameters(model);
  const std::int64_t feed_forward = plus({two_layer_parameters(model, model.d_ff, width(model)), norm});
  const std::int64_t cross = plus({layer_parameters(cross_mixture(model), model.cross_attention), norm});
  return plus({times({model.vocabulary, width(model)}), position_parameters(model), self_attention_parameters(model),
               times({all_layers(model), plus({norm, feed_forward})}), times({cross_layers(model), cross}),
               model.final_norm ? times({stacks(model), norm}) : 0,
               writes_text(model) ? 0 : two_layer_parameters(model, model.d_ff, kClasses)});
}

Flops model_flops(const ModelShape& model, std::int64_t batch) {
  const CallShape own = call_shape(model, model.self_attention, batch);
  const std::int64_t rows = times({batch, model.length});
  Flops layer = layer_flops(model.mixture, model.self_attention, own);
  layer += relative_bias_flops(model, own);
  layer += two_layer_flops(model, rows, model.d_ff, width(model));
  Flops sum = all_layers(model) * layer;
  const CallShape cross = call_shape(model, model.cross_attention, batch);
  sum += cross_layers(model) * layer_flops(cross_mixture(model), model.cross_attention, cross);
  sum +=
      writes_text(model) ? products(times({2, rows, width(model), model.vocabulary})) : two_layer_flops(model, batch, model.d_ff, kClasses);
  return sum;
}

std::int64_t model_bytes(const ModelShape& model, std::int64_t batch, DType dtype) {
  const auto size = static_cast<std::int64_t>(size_of(dtype));
  const std::int64_t rows = times({batch, model.length});
  const CallShape own = call_shape(model, model.self_attention, batch), cross = call_shape(model, model.cross_attention, batch);
  const std::int64_t fed =
      plus({two_layer_parameters(model, model.d_ff, width(model)), times({rows, plus({2 * width(model), model.d_ff})})});
  const std::int64_t embedded =
      plus({times({model.vocabulary, width(model)}), position_parameters(model), times({stacks(model), rows, width(model)})});
  const std::int64_t result = writes_text(model) ? times({rows, model.vocabulary})
                                                 : plus({two_layer_parameters(model, model.d_ff, kClasses), times({batch, kClasses})});
  constexpr std::int64_t id = 4;
  return plus({times({stacks(model), rows, id}), times({all_layers(model), layer_bytes(model.mixture, model.self_attention, own, dtype)}),
               times({cross_layers(model), layer_bytes(cross_mixture(model), model.cross_attention, cross, dtype)}),
               times({plus({embedded, times({all_layers(model), fed}), result}), size})});
}

}  // namespace synthbench
