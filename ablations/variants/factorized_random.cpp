// Factorized Random Synthesizer: S[i,j] = sum_c r1[h,i,c] r2[h,j,c], c < rank (Tay et al. 2021, eq. 7).
// The official code (mesh_tensorflow) leaves the query axis out of r1, so that all its rows are equal; this is the paper's formula.
#include "ablations/logit_spec.h"
#include "ablations/table_init.h"

namespace synthbench {
namespace {

LogitSpec spec(const LayerConfig& c) {
  const Side rows{.source = Source::parameter, .width = c.rank, .weight = "r1"};
  const Side columns{.source = Source::parameter, .width = c.rank, .weight = "r2"};
  const Init init = official_init(c, c.rank);
  return {.terms = {{TermKind::inner, 1.0, rows, columns}},
          .parameters = {{"r1", {c.heads, c.max_len, c.rank}, init}, {"r2", {c.heads, c.max_len, c.rank}, init}}};
}

const bool registered = variants().add(
    "factorized_random", {.summary = "two learned factors of width `rank` per head; the N x N table is never built; reads no input",
                          .aliases = {"FR"},
                          .keys = {"max_len", "rank"},
                          .spec = spec});

}  // namespace
}  // namespace synthbench
