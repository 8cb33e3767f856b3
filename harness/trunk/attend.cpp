#include "harness/trunk/attend.h"

#include "harness/trunk/device.h"

namespace synthbench {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

DType dtype_of(const Tensor& t) {
  switch (t.scalar_type()) {
    case torch::kFloat: return DType::f32;
    case torch::kDouble: return DType::f64;
    case torch::kBFloat16: return DType::bf16;
    case torch::kHalf: return DType::f16;
    case torch::kInt: return DType::i32;
    default: throw std::logic_error("no dtype of the attention seam for " + std::string(torch::toString(t.scalar_type())));
  }
}

/// The window of a tensor that is repeated to so many samples, heads and rows: stride 0 where one entry stands for many.
View view_of(const Tensor& t, const Axes& shape) {
  const auto stride = [&](std::int64_t axis, std::int64_t extent) { return t.size(axis) == extent ? t.stride(axis) : 0; };
  View view;
  view.shape = shape;
  view.stride = {stride(0, shape.batch), stride(1, shape.head), stride(2, shape.row), t.stride(3)};
  view.dtype = dtype_of(t);
  view.place = t.is_cuda() ? Place::cuda : Place::host;
  view.data = t.data_ptr();
  return view;
}

/// What the node keeps beside its tensors.
struct Setup : torch::CustomClassHolder {
  AttentionBackend* backend = nullptr;
  std::vector<std::pair<TermKind, double>> terms;
  AttendOptions options;
  std::int64_t queries = 0;
  bool needs_grad = false;
};

/// Sides in the order value, term0.lhs, term0.rhs (unless table), term1.lhs ...; owns what an AttentionCall only points to.
struct Operands {
  std::vector<LogitTerm> terms;
  AttentionCall call;

  Operands(const Setup& setup, at::TensorList tensors) {
    const Tensor& value = tensors[0];
    const Axes v{value.size(0), value.size(1), value.size(2), value.size(3)};
    std::size_t next = 1;
    for (const auto& [kind, scale] : setup.terms) {
      LogitTerm term{kind, scale, view_of(tensors[next], {v.batch, v.head, setup.queries, tensors[next].size(3)}), {}};
      ++next;
      if (kind != TermKind::table) {
        const std::int64_t rows = kind == TermKind::inner ? v.row : setup.queries;
        term.rhs = view_of(tensors[next], {v.batch, v.head, rows, tensors[next].size(3)});
        ++next;
      }
      terms.push_back(term);
    }
    call.terms = terms;
    call.value = view_of(value, v);
    call.mask.causal = setup.options.causal;
    call.mask.query_offset = setup.options.query_offset;
    call.mask.window = setup.options.window;
    if (const Tensor& lengths = setup.options.key_lengths; lengths.defined()) {
      call.mask.key_lengths = view_of(lengths.view({-1, 1, 1, 1}), {v.batch, 1, 1, 1});
    }
    call.dropout = setup.options.dropout;
    call.needs_grad = setup.needs_grad;
    call.threads = setup.options.threads;
    call.stream = current_stream(value.device());
  }
  Operands(const Operands&) = delete;
};

AttentionOutputs outputs_of(const Tensor& out, const Tensor& lse) {
  return {view_of(out, {out.size(0), out.size(1), out.size(2), out.size(3)}), view_of(lse, {lse.size(0), lse.size(1), lse.size(2), 1})};
}

class Attend : public torch::autograd::Function<Attend> {
 public:
  static Tensor forward(AutogradContext* ctx, at::TensorList tensors, const c10::intrusive_ptr<Setup>& setup) {
    const Operands operands(*setup, tensors);
    const Tensor& value = tensors[0];
    const std::int64_t batch = value.size(0), heads = value.size(1), width = value.size(3);
    Tensor out = torch::empty({batch, setup->queries, heads, width}, value.options()).transpose(1, 2);
    const auto lse_type = value.scalar_type() == torch::kDouble ? torch::kDouble : torch::kFloat;
    Tensor lse = torch::empty({batch, heads, setup->queries, 1}, value.options().dtype(lse_type));
    setup->backend->forward(operands.call, outputs_of(out, lse));
    if (setup->needs_grad) {
      variable_list kept(tensors.begin(), tensors.end());
      kept.push_back(out);
      kept.push_back(lse);
      ctx->save_for_backward(std::move(kept));
      ctx->saved_data["setup"] = c10::IValue::make_capsule(setup);
    }
    return out;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grad_outputs) {
    const auto setup = c10::static_intrusive_pointer_cast<Setup>(ctx->saved_data["setup"].toCapsule());
    variable_list kept = ctx->get_saved_variables();
    const Tensor lse = kept.back(), out = kept[kept.size() - 2];
    kept.resize(kept.size() - 2);
    const Operands operands(*setup, kept);

    variable_list grads(kept.size() + 1);  // one for each tensor of the list, none for the setup
    const auto wanted = [&](std::size_t i, const ConstView& operand) {
      if (!ctx->needs_input_grad(i)) return View{};
      grads[i] = torch::zeros_like(kept[i]);
      return view_of(grads[i], operand.shape);
    };
    std::vector<AttentionGrads::Term> terms;
    std::size_t next = 1;
    for (const LogitTerm& term : operands.terms) {
      AttentionGrads::Term grad;
      grad.lhs = wanted(next++, term.lhs);
      if (term.rhs) grad.rhs = wanted(next++, term.rhs);
      terms.push_back(grad);
    }
    const View value = wanted(0, operands.call.value);
    const Tensor& d_out = grad_outputs[0];
    setup->backend->backward(operands.call, outputs_of(out, lse),
                             view_of(d_out, {d_out.size(0), d_out.size(1), d_out.size(2), d_out.size(3)}), {terms, value});
    return grads;
  }
};

struct Prepared {
  c10::intrusive_ptr<Setup> setup = c10::make_intrusive<Setup>();
  std::vector<Tensor> tensors;
};

Prepared prepare(const std::vector<TermTensors>& terms, const Tensor& value, std::int64_t queries, const AttendOptions& options) {
  Prepared p;
  p.tensors.push_back(value);
  for (const TermTensors& term : terms) {
    p.setup->terms.emplace_back(term.kind, term.scale);
    p.tensors.push_back(term.lhs);
    if (term.kind != TermKind::table) p.tensors.push_back(term.rhs);
  }
  p.setup->options = options;
  p.setup->queries = queries;
  p.setup->needs_grad =
      torch::GradMode::is_enabled() && std::any_of(p.tensors.begin(), p.tensors.end(), [](const Tensor& t) { return t.requires_grad(); });
  return p;
}

}  // namespace

AttentionBackend::Choice choose_kernel(const AttentionBackend& backend, const std::vector<TermTensors>& terms, const Tensor& value,
                                       std::int64_t queries, const AttendOptions& options) {
  const Prepared p = prepare(terms, value, queries, options);
  return backend.choose(Operands(*p.setup, p.tensors).call);
}

Tensor attend(AttentionBackend& backend, const std::vector<TermTensors>& terms, const Tensor& value, std::int64_t queries,
              const AttendOptions& options) {
  const Prepared p = prepare(terms, value, queries, options);
  p.setup->backend = &backend;
  return Attend::apply(at::TensorList(p.tensors), p.setup);
}

}  // namespace synthbench
