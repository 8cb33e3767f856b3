#include "ablations/variants/hidden_layer.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/error.h"

namespace synthbench {

std::int64_t hidden_width(const LayerConfig& c) { return c.w1 == W1::full ? c.d_model : c.head_dim; }

Init normal_by_fan(std::int64_t fan_in) { return {Init::Kind::normal, 1.0 / std::sqrt(static_cast<double>(fan_in))}; }

namespace {

/// One map from x to the hidden layer of every head.
void add_map(LogitSpec& spec, const LayerConfig& c, const Hidden& form, const char* weight, const char* bias) {
  const std::int64_t width = form.width, inputs = form.taps * (c.w1 == W1::slice ? c.head_dim : c.d_model);
  const std::vector<std::int64_t> one = {inputs, c.heads * width}, by_head = {c.heads, inputs, width};
  spec.parameters.push_back({weight, c.w1 == W1::heads ? one : by_head, normal_by_fan(inputs)});
  if (c.dense_bias) spec.parameters.push_back({bias, {c.heads * width}, {}});
}

void add_bottleneck(LogitSpec& spec, const LayerConfig& c, std::int64_t width) {
  spec.parameters.push_back({"w_down", {c.d_model, width}, normal_by_fan(c.d_model)});
  spec.parameters.push_back({"w_up", {width, c.d_model}, normal_by_fan(width)});
  if (c.dense_bias) spec.parameters.insert(spec.parameters.end(), {{"b_down", {width}, {}}, {"b_up", {c.d_model}, {}}});
}

}  // namespace

void add_hidden_layer(LogitSpec& spec, const LayerConfig& c, Hidden form) {
  if (c.w1 == W1::slice && c.heads * c.head_dim != c.d_model) {
    throw UserError(fmt::format("w1 'slice': heads {} x head_dim {} is not d_model {} (each head reads its own columns of x)", c.heads,
                                c.head_dim, c.d_model));
  }
  form.w1 = c.w1;
  form.width = hidden_width(c);
  form.bias = c.dense_bias;
  if (form.bottleneck > 0) add_bottleneck(spec, c, form.bottleneck);
  add_map(spec, c, form, "w1", "b1");
  if (form.activation == Hidden::Activation::gate) add_map(spec, c, form, "v1", "c1");
  spec.hidden = form;
}

}  // namespace synthbench
