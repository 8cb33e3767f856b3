// Factorized Random Synthesizer: S[i,j] = sum_c r1[h,i,c] r2[h,j,c], c < rank (Tay et al. 2021, eq. 7).
// The official code forgets the query axis of r1, so that all its rows are equal; this is the paper's formula (facts,
// section 0).
#include "ablations/logit_spec.h"
#include "ablations/table_init.h"

namespace synthbench {
namespace {

const bool registered = variants().add(
    "factorized_random",
    {.summary = "two learned factors of width `rank` per head; the N x N table is never built; reads no input",
     .aliases = {"FR"},
     .keys = {"max_len", "rank"},
     .spec = [](const LayerConfig& c) {
       const Init init = official_init(c, c.rank);
       LogitSpec s;
       s.terms = {{TermKind::inner,
                   1.0,
                   {.source = Source::parameter, .width = c.rank, .weight = "r1"},
                   {.source = Source::parameter, .width = c.rank, .weight = "r2"}}};
       s.parameters = {{"r1", {c.heads, c.max_len, c.rank}, init}, {"r2", {c.heads, c.max_len, c.rank}, init}};
       return s;
     }});

}  // namespace
}  // namespace synthbench
