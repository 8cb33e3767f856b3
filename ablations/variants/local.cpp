// Local attention: vanilla in a band, S[i,j] = q_i . k_j / sqrt(dh) where |i - j| <= window, -inf elsewhere (the "Local
// Attention" of Long Range Arena, as a sliding window). In a sum the band holds for all: -inf plus anything is -inf.
#include <cmath>

#include "ablations/logit_spec.h"

namespace synthbench {
namespace {

LogitSpec spec(const LayerConfig& c) {
  const Side query{.source = Source::query, .width = c.head_dim}, key{.source = Source::key, .width = c.head_dim};
  return {.terms = {{TermKind::inner, 1.0 / std::sqrt(static_cast<double>(c.head_dim)), query, key}}, .window = c.window};
}

const bool registered = variants().add(
    "local", {.summary = "vanilla in a band: keys within `window` positions are seen; in a sum the band holds for every summand",
              .keys = {"window"},
              .spec = spec});

}  // namespace
}  // namespace synthbench
