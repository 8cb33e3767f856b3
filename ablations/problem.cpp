#include "ablations/problem.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "backends/core/half.h"
#include "harness/base/error.h"
#include "harness/base/splitmix.h"

namespace synthbench {
namespace {

/// The k-th number of a stream is a hash of (stream, k).
std::uint64_t stream_of(std::uint64_t seed, std::string_view tensor) {
  std::uint64_t stream = splitmix(seed);
  for (const char c : tensor) stream = splitmix(stream ^ static_cast<unsigned char>(c));
  return stream;
}

/// Nearly normal with mean 0 and deviation 1: the sum of four 16-bit uniforms. Tables hold 1e8 numbers, and this takes
/// 1 ns.
double bell(std::uint64_t stream, std::int64_t k) {
  const std::uint64_t bits = splitmix(stream + static_cast<std::uint64_t>(k));
  const std::uint64_t sum = (bits & 0xFFFF) + (bits >> 16 & 0xFFFF) + (bits >> 32 & 0xFFFF) + (bits >> 48);
  return (static_cast<double>(sum) - 2.0 * 65535.0) * (std::sqrt(3.0) / 65536.0);
}

/// How one side lies in memory, how much of it there is, and how large its numbers are.
struct Operand {
  Layout layout;
  std::int64_t count = 0;
  double deviation = 1.0;
  bool rectified = false;
  bool wants_grad = true;
};

const Parameter& parameter_named(const LogitSpec& spec, const std::string& name) {
  return *std::ranges::find(spec.parameters, name, &Parameter::name);
}

/// Strides of (B,H,rows,cols).
Axes strides_of(const Axes& s, Heads heads) {
  return heads == Heads::apart ? dense_strides(s) : Axes{s.row * s.head * s.col, s.col, s.head * s.col, 1};
}

void require_fit(const Parameter& parameter, std::int64_t longest, std::int64_t needed) {
  if (needed <= longest) return;
  throw UserError(fmt::format("seq_len {} is longer than max_len {}, to which '{}' reaches", needed, longest, parameter.name));
}

/// The leading slice of a parameter that all samples share: see Side for the three ways it is stored.
Operand parameter_operand(const Parameter& p, const Side& side, const Axes& shape) {
  Operand operand{{shape, {}}, 1, 1.0, false, p.trained};
  for (const std::int64_t extent : p.shape) operand.count *= extent;
  const std::int64_t heads = p.shape.front(), per_head = operand.count / heads;
  if (heads != 1 && heads != shape.head) {
    throw UserError(fmt::format("'{}' has {} heads, the call has {}", p.name, heads, shape.head));
  }
  Axes& stride = operand.layout.stride;
  stride.head = heads == 1 ? 0 : per_head;
  if (side.row_shared) {
    require_fit(p, p.shape[1], shape.col);
    stride.col = 1;
  } else if (side.transposed) {
    require_fit(p, p.shape[2], shape.row);
    stride.row = 1;
    stride.col = p.shape[2];
  } else {
    require_fit(p, p.shape[1], shape.row);
    require_fit(p, p.shape[2], shape.col);
    stride.row = p.shape[2];
    stride.col = 1;
  }
  return operand;
}

bool rectified(const LogitSpec& spec, const Side& side) {
  if (side.source == Source::hidden) return spec.hidden->activation == Hidden::Activation::relu;
  return side.source == Source::relu_query;
}

/// deviation: of the numbers before any rectifier.
Operand describe_side(const LogitSpec& spec, const Side& side, const Axes& shape, Heads heads, double deviation) {
  Operand operand{{shape, strides_of(shape, heads)}, shape.batch * shape.head * shape.row * shape.col};
  switch (side.source) {
    case Source::query:
    case Source::key: break;
    case Source::relu_query:
    case Source::hidden: operand.rectified = rectified(spec, side); break;
    case Source::projected: operand.layout.stride = dense_strides(shape); break;
    case Source::parameter: operand = parameter_operand(parameter_named(spec, side.weight), side, shape); break;
  }
  operand.deviation = deviation;
  return operand;
}

/// Deviation of each side, so that scale * (sum over the width) has deviation 1; the mixing weight comes on top.
double side_deviation(const TermSpec& term, bool rectified) {
  if (term.kind != TermKind::inner) return 1.0;
  const double variance = rectified ? 0.5 : 1.0;  // mean square of a rectified normal
  return std::pow(term.scale * term.scale * variance * static_cast<double>(term.lhs.width), -0.25);
}

}  // namespace

Problem::Problem(const Mixture& mixture, const CallShape& shape, ProblemOptions options)
    : mixture_(mixture), shape_(shape), options_(std::move(options)) {
  const Axes values{shape.batch, shape.heads, shape.keys, shape.width};
  const Layout layout{values, strides_of(values, options_.heads), options_.dtype};
  value_ = add_operand("value", layout, values.batch * values.head * values.row * values.col, 1.0, false);
  grad_value_ = add_gradient("value", layout, true);
  const double weight = initial_weight(mixture_);
  for (const Mixture::Summand& summand : mixture_.summands) {
    for (const TermSpec& term : summand.spec.terms) add_term(summand.spec, term, weight);
  }
  add_outputs();
}

Problem Problem::as(DType dtype) const {
  ProblemOptions options = options_;
  options.dtype = dtype;
  Problem twin(mixture_, shape_, options);
  const auto copy = [&](const std::string& tensor) {
    for (std::int64_t i = 0; i < count(tensor); ++i) twin.set(tensor, i, get(tensor, i));
  };
  for (const std::string& operand : operands_) copy(operand);
  if (has("grad_out")) copy("grad_out");
  return twin;
}

View Problem::add_tensor(const std::string& name, const Layout& layout, std::int64_t count) {
  const auto [place, added] = tensors_.emplace(name, GuardedTensor(layout.dtype, count));
  View view;
  static_cast<Layout&>(view) = layout;
  view.data = place->second.data();
  return view;
}

View Problem::add_operand(const std::string& name, const Layout& layout, std::int64_t count, double deviation, bool rectified) {
  const View view = add_tensor(name, layout, count);
  operands_.push_back(name);
  GuardedTensor& tensor = tensors_.find(name)->second;
  const std::uint64_t stream = stream_of(options_.seed, name);
  for (std::int64_t k = 0; k < count; ++k) {
    const double drawn = deviation * bell(stream, k);
    tensor.set(k, static_cast<float>(rectified ? std::max(drawn, 0.0) : drawn));  // the same numbers in f64
  }
  return view;
}

View Problem::add_gradient(const std::string& name, const Layout& layout, bool wanted) {
  if (!wanted || !options_.needs_grad) return {};
  const std::string grad = "grad." + name;
  const View view = add_tensor(grad, layout, count(name));
  tensors_.find(grad)->second.fill(0.0);
  return view;
}

void Problem::add_term(const LogitSpec& spec, const TermSpec& term, double weight) {
  const CallShape& s = shape_;
  const std::string name = fmt::format("term{}", terms_.size());
  LogitTerm made{term.kind, term.scale, {}, {}};
  AttentionGrads::Term grads;
  const double deviation = side_deviation(term, rectified(spec, term.lhs));
  const auto add_side = [&](const Side& side, const std::string& full_name, const Axes& shape, double size, View& grad) {
    Operand operand = describe_side(spec, side, shape, options_.heads, size);
    operand.layout.dtype = options_.dtype;
    const View view = add_operand(full_name, operand.layout, operand.count, operand.deviation, operand.rectified);
    grad = add_gradient(full_name, operand.layout, operand.wants_grad);
    return view;
  };
  const std::int64_t lhs_cols = term.kind == TermKind::table ? s.keys : term.lhs.width;
  made.lhs = add_side(term.lhs, name + ".lhs", {s.batch, s.heads, s.queries, lhs_cols}, weight * deviation, grads.lhs);
  if (term.kind != TermKind::table) {
    const std::int64_t rows = term.kind == TermKind::inner ? s.keys : s.queries;
    made.rhs = add_side(term.rhs, name + ".rhs", {s.batch, s.heads, rows, term.rhs.width}, deviation, grads.rhs);
  }
  terms_.push_back(made);
  grad_terms_.push_back(grads);
}

void Problem::add_outputs() {
  const CallShape& s = shape_;
  const Axes out{s.batch, s.heads, s.queries, s.width}, lse{s.batch, s.heads, s.queries, 1};
  const std::int64_t rows = s.batch * s.heads * s.queries;
  outputs_.out = add_tensor("out", {out, strides_of(out, options_.heads), options_.dtype}, rows * s.width);
  outputs_.lse = add_tensor("lse", {lse, dense_strides(lse), wide(options_.dtype)}, rows);
  results_ = {"out", "lse"};
  poison_outputs();
  if (options_.needs_grad) {
    grad_out_ = add_operand("grad_out", {out, strides_of(out, options_.heads), options_.dtype}, rows * s.width, 1.0, false);
    operands_.pop_back();  // what backward starts from is no operand of the call
    for (const std::string& name : operands_) {
      if (has("grad." + name)) results_.push_back("grad." + name);
    }
  }
  if (!options_.key_lengths.empty()) {
    if (std::ssize(options_.key_lengths) != s.batch) {
      throw UserError(fmt::format("{} key lengths for a batch of {}: one per sample is needed", options_.key_lengths.size(), s.batch));
    }
    key_lengths_ = add_tensor("key_lengths", {{s.batch, 1, 1, 1}, {1, 0, 0, 0}, DType::i32}, s.batch);
    for (std::int64_t b = 0; b < s.batch; ++b) set("key_lengths", b, options_.key_lengths[static_cast<std::size_t>(b)]);
  }
}

AttentionCall Problem::call() const {
  AttentionCall call;
  call.terms = terms_;
  call.value = value_;
  call.mask = {options_.causal, options_.query_offset, key_lengths_, window_of(mixture_)};
  call.dropout = options_.dropout;
  call.needs_grad = options_.needs_grad;
  call.threads = options_.threads;
  return call;
}

void Problem::zero_grads() {
  for (auto& [name, tensor] : tensors_) {
    if (name.starts_with("grad.")) tensor.fill(0.0);
  }
}

void Problem::poison_outputs() {
  for (const std::string_view name : {"out", "lse"}) {
    tensors_.find(name)->second.fill(std::numeric_limits<double>::quiet_NaN());
  }
}

const GuardedTensor& Problem::at(std::string_view tensor) const {
  const auto found = tensors_.find(tensor);
  if (found == tensors_.end()) throw std::logic_error(fmt::format("problem has no tensor '{}'", tensor));
  return found->second;
}

std::vector<double> Problem::read(std::string_view tensor) const {
  const GuardedTensor& source = at(tensor);
  std::vector<double> out(static_cast<std::size_t>(source.count()));
  for (std::int64_t k = 0; k < source.count(); ++k) out[static_cast<std::size_t>(k)] = source.get(k);
  return out;
}

void Problem::set(std::string_view tensor, std::int64_t index, double value) {
  at(tensor);
  tensors_.find(tensor)->second.set(index, value);
}

bool Problem::guards_intact() const {
  return std::ranges::all_of(tensors_, [](const auto& named) { return named.second.guards_intact(); });
}

}  // namespace synthbench
