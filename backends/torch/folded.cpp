// Attention for logits that every sample shares: random, fixed_random, factorized_random and their sums.
//
//   S (H,N,M)   logits of every sample            P (H,N,M)        softmax(S + causal)
//   V (B,H,M,D) values                            V' (H,M,B*D)     the samples side by side
//   without key lengths, or one sample alone       out' = P V'      dS = softmax'(P, dO' V'^T)      dV' = P' dO'
//
// With key lengths the samples differ in what they see, not in S. E = exp(S - rowmax), m[b,j] = 1 where j < length[b]:
//   out[b] = E (m o V)[b] / den[b]                den[b] = E m[b]                  lse[b] = rowmax + log den[b]
//   dS = E o sum_b ([dO/den | -delta/den][b] [m o V | m][b]')       delta = rowsum(dO o out)      dV[b] = m o E' (dO/den)[b]
// so one product per head carries the batch, the mask riding along as a last column of V'. A sample that keeps only keys far
// below rowmax would divide by an underflowed sum: such calls are given to kEager.
//
// By head, one head's S, P, V' and out' after the other: what softmax and copies write the next product finds in the cache.
#include <limits>

#include "backends/torch/compositions.h"
#include "backends/torch/logits.h"
#include "backends/torch/part.h"
#include "backends/torch/tensors.h"

namespace synthbench::aten {
namespace {

constexpr double kLeastLogSum = -60.0;  // log(den) below which f32 begins to lose digits of E

/// (B,H,rows,C) -> (H, rows, B*C)
at::Tensor folded(const at::Tensor& t) { return t.permute({1, 2, 0, 3}).flatten(2); }

/// (H, rows, B*C) -> (B,H,rows,C)
at::Tensor unfolded(const at::Tensor& t, std::int64_t batch) { return t.unflatten(2, {batch, -1}).permute({2, 0, 1, 3}); }

/// The call without its batch: what all samples share.
AttentionCall without_lengths(const AttentionCall& call) {
  AttentionCall shared = call;
  shared.mask.key_lengths = {};
  return shared;
}

enum class Samples : std::uint8_t { side_by_side, one_by_one };

void forward_plain(const AttentionCall& call, const AttentionOutputs& outputs, Samples samples) {
  at::Tensor lse;
  const at::Tensor p = probabilities(call, &lse, LogitMemory::overwritten);  // (1,H,N,M)
  tensor_of(outputs.lse).copy_(lse);
  const CallShape s = shape_of(call);
  const at::Tensor values = distinct_keys(call, call.value), out = tensor_of(outputs.out);
  if (samples == Samples::side_by_side) return void(out.copy_(unfolded(at::bmm(p.squeeze(0), folded(values)), s.batch)));
  const at::Tensor every = values.expand({s.batch, s.heads, s.keys, s.width});
  for (std::int64_t b = 0; b < s.batch; ++b) {
    at::Tensor of_sample = out.select(0, b);
    at::bmm_out(of_sample, p.squeeze(0), every.select(0, b));
  }
}

/// one_by_one is for dV alone: for the gradient of P the samples have to lie side by side anyway.
void backward_plain(const AttentionCall& call, const ConstView& grad_out, const AttentionGrads& grads, Samples samples) {
  const bool of_logits = wants_logit_gradient(grads);
  if (!grads.value && !of_logits) return;
  const at::Tensor p = probabilities(call, nullptr, LogitMemory::overwritten).squeeze(0), d_out = tensor_of(grad_out);
  if (!of_logits && samples == Samples::one_by_one) {
    const at::Tensor sum = tensor_of(grads.value);
    for (std::int64_t b = 0; b < sum.size(0); ++b) sum.select(0, b).baddbmm_(p.transpose(1, 2), d_out.select(0, b));
    return;
  }
  const at::Tensor d_columns = folded(d_out);  // (H,N,B*D)
  if (grads.value) add_into(grads.value, unfolded(at::bmm(p.transpose(1, 2), d_columns), call.value.shape.batch));
  if (!of_logits) return;
  at::Tensor d_s = at::bmm(d_columns, folded(distinct_keys(call, call.value)).transpose(1, 2));  // dP, and dS in its place on a CPU
  d_s = d_s.is_cpu() ? at::_softmax_backward_data_out(d_s, d_s, p, -1, p.scalar_type())
                     : at::_softmax_backward_data(d_s, p, -1, p.scalar_type());
  add_term_gradients(call, d_s.unsqueeze(0), grads);
}

/// What the samples of a padded call share, and what tells them apart.
struct Padded {
  at::Tensor e;        ///< (H,N,M) exp(S - rowmax), zero where causality hides
  at::Tensor largest;  ///< (1,H,N,1) rowmax, 0 where the row sees nothing
  at::Tensor real;     ///< (B,1,M,1) 1 where the key is real
  at::Tensor values;   ///< (H,M,B*(D+1)) [m o V | m]
};

Padded padded(const AttentionCall& call) {
  const CallShape s = shape_of(call);
  const AttentionCall shared = without_lengths(call);
  at::Tensor logit = logits(shared).expand({1, s.heads, s.queries, s.keys});
  const at::Tensor hidden = hidden_keys(shared);
  if (hidden.defined()) logit = at::masked_fill(logit, hidden, -std::numeric_limits<double>::infinity());
  Padded p;
  p.largest = logit.amax(-1, true);
  p.largest.masked_fill_(at::isneginf(p.largest), 0.0);
  p.e = (logit - p.largest).exp_().squeeze(0);
  const at::Tensor visible = distinct_keys(call, call.value);
  p.real = (at::arange(s.keys, visible.device()) < tensor_of(call.mask.key_lengths)).to(visible.scalar_type()).transpose(2, 3);
  p.values = folded(at::cat({visible, p.real.expand({s.batch, s.heads, s.keys, 1})}, 3));
  return p;
}

/// Rows that see at least one key, of a call with key lengths: (B,1,N,1) bool.
at::Tensor seeing_rows(const AttentionCall& call) {
  const Mask& mask = call.mask;
  const at::Tensor lengths = tensor_of(mask.key_lengths).to(at::kLong);
  const at::Tensor place = (at::arange(shape_of(call).queries, lengths.device()) + mask.query_offset).view({1, 1, -1, 1});
  at::Tensor last = lengths - 1, first = at::zeros_like(place);
  if (mask.causal) last = at::minimum(last, place);
  if (mask.window > 0) {
    first = (place - mask.window).clamp_min(0);
    last = at::minimum(last, place + mask.window);
  }
  return first <= last;
}

bool underflows(const at::Tensor& log_sum, const at::Tensor& seeing) {
  return (log_sum < kLeastLogSum).logical_and(seeing).any().item<bool>();
}

void forward_padded(const AttentionCall& call, const AttentionOutputs& outputs) {
  const CallShape s = shape_of(call);
  const Padded p = padded(call);
  const at::Tensor sums = unfolded(at::bmm(p.e, p.values), s.batch);  // (B,H,N,D+1)
  const at::Tensor den = sums.narrow(3, s.width, 1);
  const at::Tensor seeing = seeing_rows(call);
  const at::Tensor log_sum = den.log();
  if (underflows(log_sum, seeing)) return kEager.forward(call, outputs);
  tensor_of(outputs.lse).copy_(log_sum + p.largest);
  tensor_of(outputs.out).copy_(sums.narrow(3, 0, s.width) / at::where(seeing, den, at::ones({}, den.options())));
}

void backward_padded(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  const CallShape s = shape_of(call);
  const Padded p = padded(call);
  const at::Tensor seeing = seeing_rows(call);
  const at::Tensor log_sum = tensor_of(outputs.lse) - p.largest;
  if (underflows(log_sum, seeing)) return kEager.backward(call, outputs, grad_out, grads);
  const at::Tensor per_row = at::where(seeing, log_sum.neg().exp(), at::zeros({}, log_sum.options()));  // 1/den
  const at::Tensor d_out = tensor_of(grad_out) * per_row;                                               // (B,H,N,D)
  if (grads.value) {
    add_into(grads.value, unfolded(at::bmm(p.e.transpose(1, 2), folded(d_out)), s.batch) * p.real);
  }
  if (!wants_logit_gradient(grads)) return;
  const at::Tensor delta = (d_out * tensor_of(outputs.out)).sum(-1, true).neg_();
  const at::Tensor left = folded(at::cat({d_out, delta}, 3));  // (H,N,B*(D+1))
  add_term_gradients(call, at::bmm(left, p.values.transpose(1, 2)).mul_(p.e).unsqueeze(0), grads);
}

/// Do samples differ in what they see? One alone does not.
bool differ(const AttentionCall& call) { return call.mask.key_lengths && call.value.shape.batch > 1; }

template <Samples samples>
void forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  differ(call) ? forward_padded(call, outputs) : forward_plain(call, outputs, samples);
}

template <Samples samples>
void backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out, const AttentionGrads& grads) {
  differ(call) ? backward_padded(call, outputs, grad_out, grads) : backward_plain(call, grad_out, grads, samples);
}

}  // namespace

const Composition kFolded{forward_in_parts<by_rows, forward<Samples::side_by_side>>,
                          backward_in_parts<by_rows, backward<Samples::side_by_side>>};
const Composition kFoldedBySample{forward_in_parts<by_rows, forward<Samples::one_by_one>>,
                                  backward_in_parts<by_rows, backward<Samples::one_by_one>>};
/// Of P' a single large product is faster than one per sample.
const Composition kFoldedByHead{forward_in_parts<by_head, forward<Samples::one_by_one>>,
                                backward_in_parts<by_head, backward<Samples::side_by_side>>};

}  // namespace synthbench::aten
