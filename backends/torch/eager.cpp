// Attention with materialised logits and probabilities, as people write it.
//
//   P (B,H,N,M) = softmax(S + mask)        out = (P o F) V                F: dropout factors, where there is dropout
//   dV = (P o F)' dO                       dP = (dO V') o F               dS = P o (dP - rowsum(P o dP))
#include "backends/torch/compositions.h"
#include "backends/torch/logits.h"
#include "backends/torch/part.h"
#include "backends/torch/tensors.h"

namespace synthbench::aten {
namespace {

template <LogitMemory after>
void forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  at::Tensor lse;
  at::Tensor p = probabilities(call, &lse, after);
  tensor_of(outputs.lse).copy_(lse);
  if (call.dropout.rate > 0) p = p * dropout_factors(call);
  tensor_of(outputs.out).copy_(at::matmul(p, distinct_keys(call, call.value)));
}

template <LogitMemory after>
void backward(const AttentionCall& call, const AttentionOutputs&, const ConstView& grad_out, const AttentionGrads& grads) {
  const at::Tensor p = probabilities(call, nullptr, after);
  const at::Tensor d_out = tensor_of(grad_out);
  const at::Tensor factors = call.dropout.rate > 0 ? dropout_factors(call) : at::Tensor();
  if (grads.value) add_into(grads.value, at::matmul((factors.defined() ? p * factors : p).transpose(2, 3), d_out));
  if (!wants_logit_gradient(grads)) return;
  at::Tensor d_p = at::matmul(d_out, distinct_keys(call, call.value).transpose(2, 3));
  if (factors.defined()) d_p.mul_(factors);
  add_term_gradients(call, at::_softmax_backward_data(d_p, p.expand_as(d_p), -1, p.scalar_type()), grads);
}

}  // namespace

const Composition kEager{forward<LogitMemory::kept>, backward<LogitMemory::kept>};
const Composition kEagerByRows{forward_in_parts<by_rows, forward<LogitMemory::overwritten>>,
                               backward_in_parts<by_rows, backward<LogitMemory::overwritten>>};

}  // namespace synthbench::aten
