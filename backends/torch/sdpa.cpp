// Attention through ATen's fused kernels (fused.h), which know one product of queries and keys and one additive mask.
//
//   Q (B,H,N,W) = [scale_0 lhs_0 | scale_1 lhs_1 | ...]      K (B,H,M,W) = [rhs_0 | rhs_1 | ...]      logits Q K' + mask
//
// A table that is the same for all rows (b2) is one more column: scale in Q, the table in K. Other tables go into the mask;
// the kernel gives a mask no gradient, so where such a table wants one, backward is kEagerByRows'.
//
// What they ask for: last dimensions contiguous (else ATen leaves them silently) and one width for Q, K and V, so the
// narrower of W and D is padded with zeros. They take causality itself only from position 0 and without another mask.
#include <algorithm>
#include <limits>
#include <vector>

#include "backends/torch/compositions.h"
#include "backends/torch/fused.h"
#include "backends/torch/logits.h"
#include "backends/torch/tensors.h"

namespace synthbench::aten {
namespace {

bool is_column(const LogitTerm& term) { return term.kind == TermKind::table && term.lhs.stride.row == 0; }
bool is_bias(const LogitTerm& term) { return term.kind == TermKind::table && !is_column(term); }

at::Tensor with_last_contiguous(const at::Tensor& t) { return t.stride(3) == 1 ? t : t.contiguous(); }

at::Tensor widened(const at::Tensor& t, std::int64_t width) {
  return t.size(3) == width ? t : at::constant_pad_nd(t, {0, width - t.size(3)});
}

/// Side by side; kept as small as the largest of them in batch and heads.
at::Tensor side_by_side(const std::vector<at::Tensor>& parts) {
  if (parts.size() == 1) return parts.front();
  std::int64_t batch = 1, heads = 1, rows = 1;
  for (const at::Tensor& part : parts) {
    batch = std::max(batch, part.size(0));
    heads = std::max(heads, part.size(1));
    rows = std::max(rows, part.size(2));
  }
  std::vector<at::Tensor> expanded;
  for (const at::Tensor& part : parts) expanded.push_back(part.expand({batch, heads, rows, part.size(3)}));
  return at::cat(expanded, 3);
}

/// The product: terms that became columns of Q and K, in order.
FusedOperands product_of(const AttentionCall& call) {
  const CallShape s = shape_of(call);
  FusedOperands p;
  p.value = with_last_contiguous(distinct_keys(call, call.value));
  std::vector<at::Tensor> queries, keys;
  std::vector<double> scales;
  for (const LogitTerm& term : call.terms) {
    if (is_bias(term)) continue;
    const bool column = is_column(term);
    queries.push_back(column ? at::ones({1, 1, 1, 1}, p.value.options()) : distinct(term.lhs));
    keys.push_back(column ? distinct(term.lhs).transpose(2, 3) : distinct_keys(call, term.rhs));
    scales.push_back(term.scale);
  }
  if (queries.size() == 1) {
    p.scale = scales.front();
  } else {
    for (std::size_t t = 0; t < queries.size(); ++t) queries[t] = queries[t] * scales[t];
  }
  if (queries.empty()) {  // tables alone: a product of nothing
    queries.push_back(at::zeros({1, 1, 1, 1}, p.value.options()));
    keys = queries;
  }
  p.query = side_by_side(queries);
  p.key = side_by_side(keys);
  const std::int64_t width = fused_width(p.value.device(), std::max(p.query.size(3), s.width));
  p.query = with_last_contiguous(widened(p.query, width)).expand({s.batch, s.heads, s.queries, width});
  p.key = with_last_contiguous(widened(p.key, width)).expand({s.batch, s.heads, s.keys, width});
  p.value = widened(p.value, width);
  return p;
}

/// Does the kernel's own causality say all that is masked?
bool kernel_masks(const AttentionCall& call) {
  const Mask& mask = call.mask;
  return mask.causal && mask.query_offset == 0 && !mask.key_lengths && mask.window == 0;
}

/// Tables and everything hidden as an additive mask (B,H,N,M), with extent 1 along what it shares; nothing where the kernel needs none.
std::optional<at::Tensor> additive_mask(const AttentionCall& call) {
  const CallShape s = shape_of(call);
  at::Tensor bias;
  for (const LogitTerm& term : call.terms) {
    if (!is_bias(term)) continue;
    const at::Tensor part = table_logits(term);
    bias = bias.defined() ? bias + part : part;
  }
  const at::Tensor hidden = !bias.defined() && kernel_masks(call) ? at::Tensor() : hidden_keys(call);
  if (!bias.defined() && !hidden.defined()) return std::nullopt;
  if (!bias.defined()) bias = at::zeros({}, tensor_of(call.value).options());
  if (hidden.defined()) bias = at::masked_fill(bias, hidden, -std::numeric_limits<double>::infinity());
  return with_last_contiguous(bias.expand({-1, -1, -1, s.keys}));
}

FusedOperands operands_of(const AttentionCall& call) {
  FusedOperands operands = product_of(call);
  operands.mask = additive_mask(call);
  operands.causal = call.mask.causal && !operands.mask;
  return operands;
}

/// Rows without any visible key, (B or 1,1,N,1) bool; undefined where the flags exclude them.
at::Tensor empty_rows(const AttentionCall& call) { return may_have_empty_rows(call.mask) ? hidden_keys(call).all(-1, true) : at::Tensor(); }

void forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  const auto [out, lse] = fused_forward(operands_of(call));
  at::Tensor to = tensor_of(outputs.out), lse_to = tensor_of(outputs.lse);
  to.copy_(out.narrow(3, 0, to.size(3)));
  lse_to.copy_(lse.unsqueeze(3));
  if (const at::Tensor empty = empty_rows(call); empty.defined()) {
    to.masked_fill_(empty, 0.0);
    lse_to.masked_fill_(empty, -std::numeric_limits<double>::infinity());
  }
}

/// Hands columns of dQ and dK to the sides they came from.
void split_gradients(const AttentionCall& call, const at::Tensor& d_query, const at::Tensor& d_key, const AttentionGrads& grads) {
  const auto products = std::count_if(call.terms.begin(), call.terms.end(), [](const LogitTerm& t) { return !is_bias(t); });
  std::int64_t from = 0;
  for (std::size_t t = 0; t < call.terms.size(); ++t) {
    const LogitTerm& term = call.terms[t];
    if (is_bias(term)) continue;
    const std::int64_t width = is_column(term) ? 1 : term.lhs.shape.col;
    const at::Tensor key_part = d_key.narrow(3, from, width);
    if (is_column(term)) {
      if (grads.terms[t].lhs) add_into(grads.terms[t].lhs, key_part.transpose(2, 3));
    } else {
      // The kernel saw scale * lhs, or lhs and the scale apart: dK is right in both, dQ still wants the scale in the first.
      const double factor = products == 1 ? 1.0 : term.scale;
      if (grads.terms[t].lhs) add_into(grads.terms[t].lhs, d_query.narrow(3, from, width) * factor);
      if (grads.terms[t].rhs) add_into(grads.terms[t].rhs, key_part);
    }
    from += width;
  }
}

void backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  for (std::size_t t = 0; t < call.terms.size(); ++t) {
    if (is_bias(call.terms[t]) && grads.terms[t].lhs) return kEagerByRows.backward(call, outputs, grad_out, grads);
  }
  const FusedOperands operands = operands_of(call);
  const std::int64_t width = operands.value.size(3);
  at::Tensor d_out = tensor_of(grad_out), lse = tensor_of(outputs.lse).squeeze(3);
  if (const at::Tensor empty = empty_rows(call); empty.defined()) {  // exp(-inf - 0) is 0; exp(-inf + inf) is NaN
    d_out = d_out.masked_fill(empty, 0.0);
    lse = lse.masked_fill(empty.squeeze(3), 0.0);
  }
  const Fused result{with_last_contiguous(widened(tensor_of(outputs.out), width)), lse};
  const FusedGradients d = fused_backward(operands, result, with_last_contiguous(widened(d_out, width)));
  if (grads.value) add_into(grads.value, d.value.narrow(3, 0, call.value.shape.col));
  split_gradients(call, d.query, d.key, grads);
}

}  // namespace

const Composition kSdpa{forward, backward};

}  // namespace synthbench::aten
