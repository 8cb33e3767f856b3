// The three kinds of term as ATen expressions, and their gradients.
//
//   inner  S = scale lhs rhs'             d lhs = scale dS rhs             d rhs = scale dS' lhs
//   tiled  S = scale kron(rhs_i, lhs_i)   d lhs = scale sum_q dS[q,p] rhs[q]   d rhs = scale sum_p dS[q,p] lhs[p]
//   table  S = scale lhs                  d lhs = scale dS
//
// Operands come with extent 1 along shared axes, so shared logits are computed once and broadcast; a gradient is summed over
// the axes that both sides share before it meets a side.
#include "backends/torch/logits.h"

#include <algorithm>
#include <limits>

#include "backends/torch/tensors.h"

namespace synthbench::aten {
namespace {

at::Tensor term_logits(const AttentionCall& call, const LogitTerm& term) {
  const at::Tensor lhs = distinct(term.lhs);
  switch (term.kind) {
    case TermKind::inner: return at::matmul(lhs * term.scale, distinct_keys(call, term.rhs).transpose(2, 3));
    case TermKind::tiled: {
      const at::Tensor rhs = distinct(term.rhs);  // logits of all pairs (q,p) in the order of the keys, then the leading keys
      return ((rhs * term.scale).unsqueeze(4) * lhs.unsqueeze(3)).flatten(3).narrow(3, 0, shape_of(call).keys);
    }
    case TermKind::table: return table_logits(term);
  }
  return {};
}

/// Sums over the axes along which every side of the term has extent 1.
at::Tensor summed_where_shared(const at::Tensor& grad, const at::Tensor& lhs, const at::Tensor& rhs, bool rows) {
  at::Tensor sum = grad;
  for (std::int64_t axis = 0; axis < (rows ? 3 : 2); ++axis) {
    if (lhs.size(axis) == 1 && (!rhs.defined() || rhs.size(axis) == 1) && sum.size(axis) > 1) sum = sum.sum(axis, true);
  }
  return sum;
}

void add_inner(const AttentionCall& call, const LogitTerm& term, const at::Tensor& grad_logits, const AttentionGrads::Term& grad) {
  const at::Tensor lhs = distinct(term.lhs), rhs = distinct_keys(call, term.rhs);
  const at::Tensor ds = summed_where_shared(grad_logits, lhs, rhs, false);
  if (grad.lhs) add_into(grad.lhs, at::matmul(ds, rhs), term.scale);
  if (grad.rhs) {
    const at::Tensor rows = lhs.size(2) == ds.size(2) ? ds : ds.sum(2, true);  // every query had the same lhs
    add_into(grad.rhs, at::matmul(rows.transpose(2, 3), lhs), term.scale);
  }
}

void add_tiled(const LogitTerm& term, const at::Tensor& grad_logits, const AttentionGrads::Term& grad) {
  const at::Tensor lhs = distinct(term.lhs), rhs = distinct(term.rhs);
  const std::int64_t p = lhs.size(3), q = rhs.size(3);
  at::Tensor ds = summed_where_shared(grad_logits, lhs, rhs, true);
  ds = at::constant_pad_nd(ds, {0, p * q - ds.size(3)}).unflatten(3, {q, p});
  if (grad.lhs) add_into(grad.lhs, (ds * rhs.unsqueeze(4)).sum(3), term.scale);
  if (grad.rhs) add_into(grad.rhs, (ds * lhs.unsqueeze(3)).sum(4), term.scale);
}

/// May S be written over? Not where it is the caller's table, nor where several places share their memory.
bool is_own(const at::Tensor& s, const AttentionCall& call) {
  return s.is_contiguous() && std::ranges::none_of(call.terms, [&](const LogitTerm& term) { return term.lhs.data == s.const_data_ptr(); });
}

/// S (B or 1, H, N, M), -inf where a key is hidden: hidden (B or 1, 1, N, K) is of the last K keys.
at::Tensor visible_logits(const AttentionCall& call, const at::Tensor& hidden, LogitMemory after) {
  const at::Tensor sum = logits(call);
  at::Tensor s = sum.expand({sum.size(0), shape_of(call).heads, sum.size(2), sum.size(3)});
  if (!hidden.defined()) return s;
  constexpr double kHidden = -std::numeric_limits<double>::infinity();
  if (after == LogitMemory::kept || hidden.size(0) > s.size(0)) return at::masked_fill(s, hidden, kHidden);
  if (!is_own(s, call)) s = s.clone(at::MemoryFormat::Contiguous);
  s.narrow(3, s.size(3) - hidden.size(3), hidden.size(3)).masked_fill_(hidden, kHidden);
  return s;
}

/// The greatest of each row's first few keys.
at::Tensor among_few(const at::Tensor& t) {
  constexpr std::int64_t kFew = 4;
  return t.narrow(-1, 0, std::min(kFew, t.size(-1))).amax(-1, true);
}

/// The log-sum-exp of rows, which is S - log P at any of their keys, from the likeliest of their first few. An undefined tensor if that P is
/// too faint in any row, or if S and log P all but cancel over all rows.
at::Tensor log_sum_exp_of_few(const at::Tensor& s, const at::Tensor& p) {
  constexpr double kFaint = 1e-5, kLeft = 0.25;
  if (p.amin().item<double>() <= kFaint) return {};
  const at::Tensor log = p.log(), lse = s - log;
  return lse.norm().item<double>() >= kLeft * log.norm().item<double>() ? lse : at::Tensor();
}

}  // namespace

at::Tensor table_logits(const LogitTerm& term) {
  const at::Tensor lhs = distinct(term.lhs);
  return term.scale == 1 ? lhs : lhs * term.scale;  // a copy takes as long as all logits do
}

at::Tensor logits(const AttentionCall& call) {
  at::Tensor sum;
  for (const LogitTerm& term : call.terms) {
    const at::Tensor part = term_logits(call, term);
    sum = sum.defined() ? sum + part : part;
  }
  const CallShape s = shape_of(call);
  return sum.expand({sum.size(0), sum.size(1), s.queries, s.keys});
}

at::Tensor probabilities(const AttentionCall& call, at::Tensor* lse, LogitMemory after) {
  const std::int64_t first = after == LogitMemory::overwritten ? first_hidden_key(call) : 0, keys = shape_of(call).keys;
  const at::Tensor hidden = first < keys ? hidden_keys(call, first) : at::Tensor();
  at::Tensor s = visible_logits(call, hidden, after);
  const bool looks = lse != nullptr && s.is_cpu();  // on a GPU looking whether a few keys say enough would wait for it
  const at::Tensor few = looks ? among_few(s) : at::Tensor();
  const bool over =
      after == LogitMemory::overwritten && s.is_cpu() && is_own(s, call);  // ATen reads each of a row's numbers before it writes there
  at::Tensor p = over ? at::_softmax_out(s, s, -1, false) : at::_softmax(s, -1, false);
  const at::Tensor empty = may_have_empty_rows(call.mask) ? hidden.all(-1, true) : at::Tensor();
  if (empty.defined()) p.masked_fill_(empty, 0.0);  // softmax of nothing but -inf is NaN
  if (lse == nullptr) return p;
  *lse = looks ? log_sum_exp_of_few(few, among_few(p)) : at::Tensor();
  if (!lse->defined())
    *lse = (over ? visible_logits(call, hidden, after) : s).amax(-1, true) - p.amax(-1, true).log();  // reads both once more
  if (empty.defined()) lse->masked_fill_(empty, -std::numeric_limits<double>::infinity());
  return p;
}

void add_term_gradients(const AttentionCall& call, const at::Tensor& grad_logits, const AttentionGrads& grads) {
  for (std::size_t t = 0; t < call.terms.size(); ++t) {
    const LogitTerm& term = call.terms[t];
    const AttentionGrads::Term& grad = grads.terms[t];
    if (!grad.lhs && !grad.rhs) continue;
    switch (term.kind) {
      case TermKind::inner: add_inner(call, term, grad_logits, grad); break;
      case TermKind::tiled: add_tiled(term, grad_logits, grad); break;
      case TermKind::table: add_into(grad.lhs, grad_logits, term.scale); break;
    }
  }
}

bool wants_logit_gradient(const AttentionGrads& grads) {
  for (const AttentionGrads::Term& grad : grads.terms) {
    if (grad.lhs || grad.rhs) return true;
  }
  return false;
}

}  // namespace synthbench::aten
