// Fixed Random Synthesizer: the table of random, drawn once and never trained.
// It starts as normal(0,1): the official start of random is so near zero that a frozen one would be mean pooling
// (facts, 1.4).
#include "ablations/logit_spec.h"
#include "ablations/table_init.h"

namespace synthbench {
namespace {

const bool registered = variants().add(
    "fixed_random",
    {.summary = "a frozen table of normal(0,1) logits per head; nothing in it is trained",
     .keys = {"max_len", "table_init"},
     .spec = [](const LayerConfig& c) {
       LogitSpec s;
       s.terms = {{TermKind::table, 1.0, {.source = Source::parameter, .width = c.max_len, .weight = "r"}, {}}};
       s.parameters = {{"r", {c.heads, c.max_len, c.max_len}, table_init(c, "normal:1"), /*trained=*/false}};
       return s;
     }});

}  // namespace
}  // namespace synthbench
