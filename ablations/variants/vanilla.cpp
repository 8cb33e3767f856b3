// Scaled dot-product attention: S[i,j] = q_i . k_j / sqrt(dh), q = x w_q, k = x w_k. The scale belongs to this term alone.
#include <cmath>

#include "ablations/logit_spec.h"

namespace synthbench {
namespace {

LogitSpec spec(const LayerConfig& c) {
  const Side query{.source = Source::query, .width = c.head_dim}, key{.source = Source::key, .width = c.head_dim};
  return {.terms = {{TermKind::inner, 1.0 / std::sqrt(static_cast<double>(c.head_dim)), query, key}}};
}

const bool registered = variants().add(
    "vanilla", {.summary = "dot products of queries and keys, scaled by 1/sqrt(head_dim); softmax mixing halves its logits at the start",
                .aliases = {"V"},
                .spec = spec});

}  // namespace
}  // namespace synthbench
