#include "ablations/variants/hidden_layer.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/error.h"

namespace synthbench {

std::int64_t hidden_width(const LayerConfig& c) { return c.w1 == W1::full ? c.d_model : c.head_dim; }

Init normal_by_fan(std::int64_t fan_in) { return {Init::Kind::normal, 1.0 / std::sqrt(static_cast<double>(fan_in))}; }
void add_hidden_layer(LogitSpec& spec, const LayerConfig& c) {
  if (c.w1 == W1::slice && c.heads * c.head_dim != c.d_model) {
    throw UserError(fmt::format("w1 'slice': heads {} x head_dim {} is not d_model {} (each head reads its own columns of x)", c.heads,
                                c.head_dim, c.d_model));
  }
  const std::int64_t width = hidden_width(c);
  spec.hidden = Hidden{c.w1, width, c.dense_bias};
  switch (c.w1) {
    case W1::heads: spec.parameters.push_back({"w1", {c.d_model, c.heads * width}, normal_by_fan(c.d_model)}); break;
    case W1::full: spec.parameters.push_back({"w1", {c.heads, c.d_model, width}, normal_by_fan(c.d_model)}); break;
    case W1::slice: spec.parameters.push_back({"w1", {c.heads, c.head_dim, width}, normal_by_fan(c.head_dim)}); break;
  }
  if (c.dense_bias) spec.parameters.push_back({"b1", {c.heads * width}, {}});
}

}  // namespace synthbench
