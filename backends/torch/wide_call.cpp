#include "backends/torch/wide_call.h"

#include "backends/torch/tensors.h"

namespace synthbench::aten {
namespace {

/// The view of f32 memory that has `narrow`'s extents; what `narrow` shares is there once.
Layout layout_over(const Layout& narrow, const at::Tensor& memory) {
  Layout wide = narrow;
  const auto stride = [&](std::int64_t shared, int axis) { return shared == 0 ? std::int64_t{0} : memory.stride(axis); };
  wide.stride = {stride(narrow.stride.batch, 0), stride(narrow.stride.head, 1), stride(narrow.stride.row, 2), stride(narrow.stride.col, 3)};
  wide.dtype = DType::f32;
  return wide;
}

View view_of(const Layout& narrow, const at::Tensor& memory) {
  View view;
  static_cast<Layout&>(view) = layout_over(narrow, memory);
  view.data = memory.data_ptr();
  return view;
}

}  // namespace

WideCall::WideCall(const AttentionCall& narrow) : terms_(narrow.terms.begin(), narrow.terms.end()), call_(narrow) {
  call_.value = widened(narrow.value);
  for (LogitTerm& term : terms_) {
    term.lhs = widened(term.lhs);
    if (term.rhs) term.rhs = widened(term.rhs);
  }
  call_.terms = terms_;
}

ConstView WideCall::widened(const ConstView& narrow) {
  memory_.push_back(distinct(narrow).to(at::kFloat));
  const at::Tensor& memory = memory_.back();
  return {layout_over(narrow, memory), memory.data_ptr()};
}

WideOutputs::WideOutputs(const AttentionOutputs& narrow) : narrow_(narrow), wide_(narrow) {
  const Axes& s = narrow.out.shape;
  out_ = at::empty({s.batch, s.head, s.row, s.col}, tensor_of(narrow.out).options().dtype(at::kFloat));
  wide_.out = view_of(narrow.out, out_);
}

void WideOutputs::round() const { tensor_of(narrow_.out).copy_(out_); }

WideGrads::WideGrads(const AttentionGrads& narrow) : value_(widened(narrow.value)) {
  for (const AttentionGrads::Term& term : narrow.terms) terms_.push_back({widened(term.lhs), widened(term.rhs)});
}

View WideGrads::widened(const View& narrow) {
  if (!narrow) return {};
  sums_.emplace_back(narrow, at::zeros_like(distinct(narrow), at::dtype(at::kFloat), at::MemoryFormat::Contiguous));
  return view_of(narrow, sums_.back().second);
}

void WideGrads::add() const {
  for (const auto& [narrow, sum] : sums_) add_into(narrow, sum);
}

}  // namespace synthbench::aten
