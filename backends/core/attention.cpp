#include "backends/core/attention.h"

#include <fmt/format.h>

#include <algorithm>

namespace synthbench {
namespace {

template <typename... Args>
[[noreturn]] void refuse(fmt::format_string<Args...> text, Args&&... args) {
  throw UserError("[attention] " + fmt::format(text, std::forward<Args>(args)...));
}

void check_shape(const Layout& tensor, const Axes& want, std::string_view what, const ConstView& value) {
  if (tensor.shape == want) return;
  refuse("{} is {}, value is {}: ({},{},{},{}) is needed", what, describe(tensor), describe(value), want.batch, want.head, want.row,
         want.col);
}

void check_kind(const Layout& tensor, DType dtype, Place place, std::string_view what) {
  if (tensor.dtype != dtype) refuse("{} is {}, but {} is needed", what, describe(tensor), name(dtype));
  if (tensor.place != place) refuse("{} lies elsewhere than value", what);
}

void check_term(const LogitTerm& term, const std::string& what, const AttentionCall& call, std::int64_t queries) {
  const CallShape s{call.value.shape.batch, call.value.shape.head, queries, call.value.shape.row, 0};
  if (!term.lhs) refuse("{} has no lhs", what);
  check_kind(term.lhs, call.value.dtype, call.value.place, what + ".lhs");
  const std::int64_t width = term.kind == TermKind::table ? s.keys : term.lhs.shape.col;
  check_shape(term.lhs, {s.batch, s.heads, s.queries, width}, what + ".lhs", call.value);
  if (term.kind == TermKind::table) {
    if (term.rhs) refuse("{} is a table and has no rhs", what);
    return;
  }
  if (!term.rhs) refuse("{} has no rhs", what);
  check_kind(term.rhs, call.value.dtype, call.value.place, what + ".rhs");
  if (term.kind == TermKind::inner) {
    check_shape(term.rhs, {s.batch, s.heads, s.keys, width}, what + ".rhs", call.value);
    if (term.rhs.stride.row == 0 && s.keys > 1) refuse("{}.rhs is shared by the keys: only rows of queries can be shared", what);
    return;
  }
  check_shape(term.rhs, {s.batch, s.heads, s.queries, term.rhs.shape.col}, what + ".rhs", call.value);
  if (width * term.rhs.shape.col < s.keys) {
    refuse("{} tiles {} x {} logits, but there are {} keys", what, width, term.rhs.shape.col, s.keys);
  }
}

void check_call(const AttentionCall& call) {
  if (!call.value) refuse("there is no value");
  const Axes& v = call.value.shape;
  if (std::min({v.batch, v.head, v.row, v.col}) < 1) refuse("value is {}: every extent must be at least 1", describe(call.value));
  if (call.terms.empty()) refuse("there is no term, so there are no logits");
  if (call.threads < 1) refuse("threads is {}, at least 1 is needed", call.threads);
  if (call.mask.window < 0) refuse("window is {}: 0 (none) or a distance of at least 1 is needed", call.mask.window);
  if (call.dropout.rate < 0 || call.dropout.rate >= 1) refuse("dropout is {}, allowed is 0 <= rate < 1", call.dropout.rate);
  const std::int64_t queries = call.terms.front().lhs.shape.row;
  if (queries < 1) refuse("term0.lhs is {}: at least one query is needed", describe(call.terms.front().lhs));
  for (std::size_t t = 0; t < call.terms.size(); ++t) check_term(call.terms[t], "term" + std::to_string(t), call, queries);
  if (const ConstView& lengths = call.mask.key_lengths) {
    if (lengths.shape != Axes{v.batch, 1, 1, 1} || lengths.dtype != DType::i32) {
      refuse("key_lengths is {}, value is {}: one i32 length per sample is needed", describe(lengths), describe(call.value));
    }
    if (lengths.place != call.value.place) refuse("key_lengths lies elsewhere than value");
  }
}

void check_outputs(const AttentionCall& call, const AttentionOutputs& outputs) {
  const CallShape s = shape_of(call);
  const DType lse = call.value.dtype == DType::f64 ? DType::f64 : DType::f32;
  if (!outputs.out || !outputs.lse) refuse("forward writes both out and lse: one of them is absent");
  check_kind(outputs.out, call.value.dtype, call.value.place, "out");
  check_kind(outputs.lse, lse, call.value.place, "lse");
  check_shape(outputs.out, {s.batch, s.heads, s.queries, s.width}, "out", call.value);
  check_shape(outputs.lse, {s.batch, s.heads, s.queries, 1}, "lse", call.value);
  if (outputs.out.data == call.value.data) refuse("out and value are the same memory");
}

void check_grad(const View& grad, const ConstView& operand, std::string_view what) {
  if (!grad) return;
  if (!operand) refuse("{} is wanted, but there is no such operand", what);
  check_kind(grad, operand.dtype, operand.place, what);
  if (grad.shape != operand.shape) refuse("{} is {}, its operand is {}", what, describe(grad), describe(operand));
  const auto shared = [](std::int64_t stride, std::int64_t extent) { return stride == 0 && extent > 1; };
  if (shared(grad.stride.batch, grad.shape.batch) != shared(operand.stride.batch, operand.shape.batch) ||
      shared(grad.stride.head, grad.shape.head) != shared(operand.stride.head, operand.shape.head) ||
      shared(grad.stride.row, grad.shape.row) != shared(operand.stride.row, operand.shape.row)) {
    refuse("{} is not shared along the same axes as its operand", what);
  }
  if (grad.data == operand.data) refuse("{} and its operand are the same memory", what);
}

}  // namespace

std::string_view name(TermKind kind) {
  switch (kind) {
    case TermKind::inner: return "inner";
    case TermKind::tiled: return "tiled";
    case TermKind::table: return "table";
  }
  return "";
}

void AttentionBackend::forward(const AttentionCall& call, const AttentionOutputs& outputs) {
  check_call(call);
  check_outputs(call, outputs);
  if (const auto reason = unsupported(call)) refuse("{}", *reason);
  do_forward(call, outputs);
}

void AttentionBackend::backward(const AttentionCall& call, const AttentionOutputs& outputs, const ConstView& grad_out,
                                const AttentionGrads& grads) {
  check_call(call);
  check_outputs(call, outputs);
  const CallShape s = shape_of(call);
  if (!call.needs_grad) refuse("backward of a call whose needs_grad is false");
  if (!grad_out) refuse("backward needs grad_out");
  check_kind(grad_out, call.value.dtype, call.value.place, "grad_out");
  check_shape(grad_out, {s.batch, s.heads, s.queries, s.width}, "grad_out", call.value);
  if (grads.terms.size() != call.terms.size()) refuse("{} terms, but gradients for {}", call.terms.size(), grads.terms.size());
  check_grad(grads.value, call.value, "grad.value");
  for (std::size_t t = 0; t < call.terms.size(); ++t) {
    check_grad(grads.terms[t].lhs, call.terms[t].lhs, fmt::format("grad.term{}.lhs", t));
    check_grad(grads.terms[t].rhs, call.terms[t].rhs, fmt::format("grad.term{}.rhs", t));
  }
  if (const auto reason = unsupported(call)) refuse("{}", *reason);
  do_backward(call, outputs, grad_out, grads);
}

Registry<std::function<std::unique_ptr<AttentionBackend>()>>& backends() {
  static Registry<std::function<std::unique_ptr<AttentionBackend>()>> registry("backend");
  return registry;
}

Registry<BackendFacts>& known_backends() {
  static Registry<BackendFacts> registry("backend");
  return registry;
}

CallShape shape_of(const AttentionCall& call) {
  const Axes& v = call.value.shape;
  return {v.batch, v.head, call.terms.empty() ? 0 : call.terms.front().lhs.shape.row, v.row, v.col};
}

bool batch_independent(const AttentionCall& call) {
  if (call.dropout.rate > 0) return false;
  if (call.value.shape.batch == 1) return true;
  return std::all_of(call.terms.begin(), call.terms.end(),
                     [](const LogitTerm& term) { return term.lhs.stride.batch == 0 && (!term.rhs || term.rhs.stride.batch == 0); });
}

}  // namespace synthbench
