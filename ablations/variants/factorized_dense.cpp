// Factorized Dense Synthesizer: S[i,j] = A[i, j mod a] * B[i, j div a], a * b >= max_len (Tay et al. 2021, eq. 6),
// A = hidden w2a[h] + b2a[h], B = hidden w2b[h] + b2b[h], one hidden = relu(x w1 + b1) for both.
// The outer-product order gives every key its own pair ("tile and repeat", Tay et al., Efficient Transformers: A Survey);
// other tilings leave lcm(a, b) distinct logits.
#include "ablations/logit_spec.h"
#include "ablations/variants/hidden_layer.h"

namespace synthbench {
namespace {

LogitSpec spec(const LayerConfig& c) {
  const std::int64_t a = c.rank, b = (c.max_len + a - 1) / a, width = hidden_width(c);
  const Side tiled{.source = Source::projected, .width = a, .weight = "w2a", .bias = c.dense_bias ? "b2a" : ""};
  const Side repeated{.source = Source::projected, .width = b, .weight = "w2b", .bias = c.dense_bias ? "b2b" : ""};
  LogitSpec made;
  add_hidden_layer(made, c);
  made.terms = {{TermKind::tiled, 1.0, tiled, repeated}};
  made.parameters.push_back({"w2a", {c.heads, width, a}, normal_by_fan(width)});
  made.parameters.push_back({"w2b", {c.heads, width, b}, normal_by_fan(width)});
  if (c.dense_bias) made.parameters.insert(made.parameters.end(), {{"b2a", {c.heads, a}, {}}, {"b2b", {c.heads, b}, {}}});
  return made;
}

const bool registered = variants().add(
    "factorized_dense",
    {.summary = "logits are products of two short rows per query; `rank` is the width a of the first, the second has ceil(max_len/a)",
     .aliases = {"FD"},
     .keys = {"dense_bias", "max_len", "rank", "w1"},
     .spec = spec});

}  // namespace
}  // namespace synthbench
