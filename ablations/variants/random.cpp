// Random Synthesizer: S[i,j] = r[h,i,j], one learned table per head that no input changes (Tay et al. 2021, eq. 5).
#include "ablations/logit_spec.h"
#include "ablations/table_init.h"

namespace synthbench {
namespace {

LogitSpec spec(const LayerConfig& c) {
  const Side table{.source = Source::parameter, .width = c.max_len, .weight = "r"};
  return {.terms = {{TermKind::table, 1.0, table, {}}}, .parameters = {{"r", {c.heads, c.max_len, c.max_len}, table_init(c, "glorot")}}};
}

const bool registered =
    variants().add("random", {.summary = "a table of logits per head; the table is learned and only starts random; reads no input",
                              .aliases = {"R"},
                              .keys = {"max_len", "table_init"},
                              .spec = spec});

}  // namespace
}  // namespace synthbench
