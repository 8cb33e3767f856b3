#pragma once

#include "backends/core/attention.h"

namespace synthbench::cuda {

// What adds dS (N,M) of a call up into the sides of its terms, and P into the values:
//
//   value:  dV[j] = sum_i keep P[i,j] dY[i]
//   inner:  dlhs[i] = scale sum_j dS[i,j] rhs[j]                drhs[j] = scale sum_i dS[i,j] lhs[i]
//   tiled:  dlhs[i,p] = scale sum_q dS[i,p+Pq] rhs[i,q]         drhs[i,q] = scale sum_p dS[i,p+Pq] lhs[i,p]
//   table:  dlhs[i,j] = scale dS[i,j]

/// Sums of rows, dY, rhs or lhs, each times an entry of the tile.
enum class RowSum { value, inner_lhs, inner_rhs };
/// Sums of entries alone.
enum class EntrySum { tiled_lhs, tiled_rhs, table };

/// Both sides of every term: launcher.rows<what>(rows that are summed, scale, gradient) and launcher.entries<what>(term's number,
/// gradient), which do nothing where the gradient is absent.
template <typename Launcher>
void launch_sides(const Launcher& launcher, const AttentionCall& call, const AttentionGrads& grads) {
  for (std::size_t t = 0; t < call.terms.size(); ++t) {
    const LogitTerm& term = call.terms[t];
    const AttentionGrads::Term& grad = grads.terms[t];
    const int number = static_cast<int>(t);
    switch (term.kind) {
      case TermKind::inner:
        launcher.template rows<RowSum::inner_lhs>(term.rhs, static_cast<float>(term.scale), grad.lhs);
        launcher.template rows<RowSum::inner_rhs>(term.lhs, static_cast<float>(term.scale), grad.rhs);
        break;
      case TermKind::tiled:
        launcher.template entries<EntrySum::tiled_lhs>(number, grad.lhs);
        launcher.template entries<EntrySum::tiled_rhs>(number, grad.rhs);
        break;
      case TermKind::table: launcher.template entries<EntrySum::table>(number, grad.lhs); break;
    }
  }
}

}  // namespace synthbench::cuda
