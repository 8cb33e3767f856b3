// Universal Transformer without its halting: vanilla attention in a block that every layer of a stack applies again, feed-forward
// and norms included (Dehghani et al. 2019, section 2). One layer by itself is vanilla.
#include <cmath>

#include "ablations/logit_spec.h"

namespace synthbench {
namespace {

LogitSpec spec(const LayerConfig& c) {
  const Side query{.source = Source::query, .width = c.head_dim}, key{.source = Source::key, .width = c.head_dim};
  return {.terms = {{TermKind::inner, 1.0 / std::sqrt(static_cast<double>(c.head_dim)), query, key}}, .shared_over_layers = true};
}

const bool registered = variants().add(
    "universal", {.summary = "vanilla in one block that all layers of a model share; a single layer is vanilla", .spec = spec});

}  // namespace
}  // namespace synthbench
