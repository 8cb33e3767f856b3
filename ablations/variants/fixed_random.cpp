// Fixed Random Synthesizer: the table of random, drawn once and never trained.
// It starts as normal(0,1): the official start of random is so near zero that a frozen one would be mean pooling.
#include "ablations/logit_spec.h"
#include "ablations/table_init.h"

namespace synthbench {
namespace {

LogitSpec spec(const LayerConfig& c) {
  const Side table{.source = Source::parameter, .width = c.max_len, .weight = "r"};
  return {.terms = {{TermKind::table, 1.0, table, {}}},
          .parameters = {{"r", {c.heads, c.max_len, c.max_len}, table_init(c, "normal:1"), /*trained=*/false}}};
}

const bool registered =
    variants().add("fixed_random", {.summary = "a frozen table of normal(0,1) logits per head; nothing in it is trained",
                                    .keys = {"max_len", "table_init"},
                                    .spec = spec});

}  // namespace
}  // namespace synthbench
