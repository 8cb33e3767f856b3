// Dense Synthesizer: S[i,j] = sum_c hidden[i,c] w2[h,c,j] + b2[h,j], hidden = relu(x w1 + b1) (Tay et al. 2021, eq. 2 and 3).
// Each query makes its own row of logits; no two positions are compared. w2 is max_len wide. With reuse_q (official code),
// hidden is relu(q) of the vanilla summand and the biases are gone. Other synthesizing functions (`synthesizer`) have another
// hidden layer, of which w2 may read several positions; the paper's first version names them and gives no formulas, so what each
// is made of is said here.
#include "ablations/logit_spec.h"
#include "ablations/variants/hidden_layer.h"

namespace synthbench {
namespace {

constexpr std::int64_t kBottleneck = 16;

Hidden form_of(Synthesizer synthesizer) {
  using enum Hidden::Activation;
  switch (synthesizer) {
    case Synthesizer::ffn: break;
    case Synthesizer::linear: return {.activation = none};
    case Synthesizer::conv3: return {.activation = none, .taps = 3};
    case Synthesizer::conv_relu_conv3: return {.taps = 3, .output_taps = 3};
    case Synthesizer::conv_relu_conv5: return {.taps = 5, .output_taps = 5};
    case Synthesizer::conv_relu_conv35: return {.taps = 3, .output_taps = 5};
    case Synthesizer::bottleneck: return {.bottleneck = kBottleneck};
    case Synthesizer::bottleneck_conv_relu_conv: return {.taps = 3, .output_taps = 3, .bottleneck = kBottleneck};
    case Synthesizer::glu: return {.activation = gate};
  }
  return {};
}

LogitSpec spec(const LayerConfig& c) {
  const Hidden form = form_of(c.synthesizer);
  const std::int64_t width = c.reuse_q ? c.head_dim : hidden_width(c) * form.output_taps, outputs = c.w2 == W2::shared ? 1 : c.heads;
  const Side hidden{.source = c.reuse_q ? Source::relu_query : Source::hidden, .width = width};
  const Side w2{.source = Source::parameter, .width = width, .weight = "w2", .transposed = true};
  const Side b2{.source = Source::parameter, .width = c.max_len, .weight = "b2", .row_shared = true};
  LogitSpec made;
  if (!c.reuse_q) add_hidden_layer(made, c, form);
  made.terms.push_back({TermKind::inner, 1.0, hidden, w2});
  made.parameters.push_back({"w2", {outputs, width, c.max_len}, normal_by_fan(width)});
  if (c.dense_bias && !c.reuse_q) {
    made.terms.push_back({TermKind::table, 1.0, b2, {}});
    made.parameters.push_back({"b2", {outputs, c.max_len}, {}});
  }
  return made;
}

const bool registered = variants().add(
    "dense", {.summary = "each query makes its row of logits by a two-layer network (`synthesizer`: by others); keys are not read",
              .aliases = {"D"},
              .keys = {"dense_bias", "max_len", "reuse_q", "synthesizer", "w1", "w2"},
              .spec = spec});

}  // namespace
}  // namespace synthbench
