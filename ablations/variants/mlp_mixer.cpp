// The token mixing of MLP-Mixer (Tolstikhin et al. 2021): y = x + w2 gelu(w1 L + b1) + b2, L = LayerNorm(x), w1 (S,max_len) and
// w2 (max_len,S) along the length, the same for every channel. S is d_model / 2 in a grid, the ratio of all its models.
// Every position reads all others and there is no mask: no causal form, no padding.
#include "ablations/counting.h"
#include "ablations/logit_spec.h"
#include "ablations/table_init.h"

namespace synthbench {
namespace {

LayerWork work(const LayerConfig& c, const CallShape& s) {
  const std::int64_t rows = times({s.batch, s.queries, c.d_model}), hidden = times({s.batch, c.rank, c.d_model});
  LayerWork work;
  work.products = times({4, rows, c.rank});
  work.pointwise = plus({times({5, hidden}), rows, c.dense_bias ? plus({hidden, rows}) : 0});
  work.elements = plus({times({2, s.queries, c.rank}), c.dense_bias ? plus({c.rank, s.queries}) : 0, 2 * c.d_model, rows, hidden});
  return work;
}

LogitSpec spec(const LayerConfig& c) {
  LogitSpec made;
  made.parameters = {{"ln_weight", {c.d_model}, {Init::Kind::ones}},
                     {"ln_bias", {c.d_model}, {}},
                     {"w1", {c.rank, c.max_len}, xavier_init(c.max_len, c.rank)},
                     {"w2", {c.max_len, c.rank}, xavier_init(c.rank, c.max_len)}};
  if (c.dense_bias) made.parameters.insert(made.parameters.end(), {{"b1", {c.rank}, {}}, {"b2", {c.max_len}, {}}});
  made.whole =
      WholeLayer{.work = [c](const CallShape& s) { return work(c, s); }, .causal_form = false, .padding = false, .own_residual = true};
  return made;
}

const bool registered = variants().add(
    "mlp_mixer",
    {.summary = "a two-layer network along the length, the same for every channel; half of d_model wide between; no causal form "
                "(scope step times an encoder), no padding; a whole layer, no summand",
     .keys = {"dense_bias", "max_len"},
     .spec = spec,
     .whole_layer = true});

}  // namespace
}  // namespace synthbench
