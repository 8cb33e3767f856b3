#include "ablations/variants/gated_convolution.h"

#include <fmt/format.h>

#include "ablations/counting.h"
#include "ablations/table_init.h"
#include "harness/base/error.h"

namespace synthbench {
namespace {

LayerWork work(const LayerConfig& c, bool generated, const CallShape& s) {
  const std::int64_t rows = times({s.batch, s.queries}), width = c.d_model, taps = times({c.heads, kConvolutionWidth});
  const std::int64_t squares = times({3, width, width}), generator = generated ? times({width, taps}) : 0;
  const std::int64_t kernels = generated ? times({rows, taps}) : taps;
  LayerWork work;
  work.products = times({2, rows, plus({squares, generator, times({kConvolutionWidth, width})})});
  work.pointwise = plus({times({5, rows, width}), times({5, kernels}), c.dense_bias ? times({3, rows, width}) : 0});
  work.elements = plus({squares, generated ? generator : taps, c.dense_bias ? 3 * width : 0, times({4, rows, width})});  // z, u and c
  return work;
}

}  // namespace

LogitSpec gated_convolution(const LayerConfig& c, bool generated) {
  if (c.heads > c.d_model) throw UserError(fmt::format("heads {}: more groups than the {} channels of d_model", c.heads, c.d_model));
  const std::int64_t width = c.d_model, taps = c.heads * kConvolutionWidth;
  LogitSpec made;
  made.parameters.push_back({"w_in", {width, 2 * width}, xavier_init(width, 2 * width)});
  if (generated) made.parameters.push_back({"w_gen", {width, taps}, xavier_init(width, taps)});
  if (!generated) made.parameters.push_back({"w_conv", {c.heads, kConvolutionWidth}, xavier_init(c.heads, kConvolutionWidth)});
  made.parameters.push_back({"w_out", {width, width}, xavier_init(width, width)});
  if (c.dense_bias) made.parameters.insert(made.parameters.end(), {{"b_in", {2 * width}, {}}, {"b_out", {width}, {}}});
  made.whole = WholeLayer{.work = [c, generated](const CallShape& s) { return work(c, generated, s); }};
  return made;
}

}  // namespace synthbench
