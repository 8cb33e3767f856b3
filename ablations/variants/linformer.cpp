// Linformer (Wang et al. 2020): keys and values are projected along the length to `rank` rows before anyone attends to them,
//   kbar[r] = sum_j proj[j,r] k[j],  vbar[r] likewise,  y = concat_h(softmax over r of (q . kbar[r] / sqrt(dh)) vbar) w_o
// with one proj (max_len, rank) for keys, values and heads (Long Range Arena, B.1). Padded positions are zero before they are
// projected, which that code does not do. Every row of kbar holds all positions, so nothing can be hidden from a query.
#include "ablations/counting.h"
#include "ablations/logit_spec.h"
#include "ablations/table_init.h"

namespace synthbench {
namespace {

LayerWork work(const LayerConfig& c, const CallShape& s) {
  const std::int64_t rows = times({s.batch, s.queries}), inner = times({c.heads, c.head_dim});
  const std::int64_t projections = times({4, c.d_model, inner}), logits = times({s.batch, c.heads, s.queries, c.rank});
  LayerWork work;
  // q, k, v and the output; keys and values along the length; logits and their product with the values
  work.products = plus({times({2, rows, projections}), times({4, rows, c.rank, inner}), times({4, rows, c.rank, inner})});
  work.pointwise = times({5, logits});
  const std::int64_t between = plus({times({4, rows, inner}), times({2, s.batch, c.rank, inner}), times({rows, c.heads})});
  work.elements = plus({projections, times({s.queries, c.rank}), between});
  return work;
}

LogitSpec spec(const LayerConfig& c) {
  const std::int64_t inner = c.heads * c.head_dim;
  LogitSpec made;
  for (const char* name : {"w_q", "w_k", "w_v"}) made.parameters.push_back({name, {c.d_model, inner}, xavier_init(c.d_model, inner)});
  made.parameters.push_back({"w_o", {inner, c.d_model}, xavier_init(inner, c.d_model)});
  made.parameters.push_back({"proj", {c.max_len, c.rank}, xavier_init(c.max_len, c.rank)});
  made.whole = WholeLayer{.work = [c](const CallShape& s) { return work(c, s); }, .causal_form = false, .attends = true};
  return made;
}

const bool registered = variants().add(
    "linformer",
    {.summary = "attention to `rank` learned sums of all keys and values; no causal form (scope step times an encoder); a whole "
                "layer, no summand",
     .keys = {"max_len", "rank"},
     .spec = spec,
     .whole_layer = true});

}  // namespace
}  // namespace synthbench
