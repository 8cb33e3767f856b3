#include "ablations/cost.h"

#include <fmt/format.h>

#include <algorithm>

#include "ablations/counting.h"
#include "harness/base/error.h"

namespace synthbench {
namespace {

bool reads_queries(const Mixture& mixture) { return reads(mixture, {Source::query, Source::relu_query}); }
bool reads_keys(const Mixture& mixture) { return reads(mixture, {Source::key}); }

bool shared_by_batch(const TermSpec& term) {
  return term.lhs.source == Source::parameter && (term.kind == TermKind::table || term.rhs.source == Source::parameter);
}

/// Whether a side gets a gradient: all that depends on data does, and trained parameters do.
bool wants_grad(const LogitSpec& spec, const Side& side) {
  return side.source != Source::parameter || std::ranges::find(spec.parameters, side.weight, &Parameter::name)->trained;
}

/// Pairs of 0 <= i < left and 0 <= j < right with j - i > window.
std::int64_t pairs_beyond(std::int64_t left, std::int64_t right, std::int64_t window) {
  const std::int64_t first = std::max<std::int64_t>(0, right - window - 1);  // of i = 0; each further i has one less
  const std::int64_t rows = std::min(left, first);
  return plus({times({rows, first}), -times({rows, rows - 1}) / 2});
}

/// Pairs of query and key of one head that are not hidden by the mixture's window.
std::int64_t seen_pairs(const Mixture& mixture, const CallShape& s) {
  const std::int64_t all = times({s.queries, s.keys}), window = window_of(mixture);
  if (window == 0) return all;
  return plus({all, -pairs_beyond(s.queries, s.keys, window), -pairs_beyond(s.keys, s.queries, window)});
}

/// Operations per logit of a term, forward.
std::int64_t per_logit(const TermSpec& term) {
  switch (term.kind) {
    case TermKind::inner: return 2 * term.lhs.width;
    case TermKind::tiled: return 1;
    case TermKind::table: return 0;
  }
  return 0;
}

/// Operations per logit of the gradient of one side.
std::int64_t per_logit_backward(const TermSpec& term) {
  switch (term.kind) {
    case TermKind::inner: return 2 * term.lhs.width;
    case TermKind::tiled: return 2;
    case TermKind::table: return 0;
  }
  return 0;
}

std::int64_t side_elements(const LogitSpec& spec, const Side& side, const CallShape& s, std::int64_t rows, std::int64_t cols) {
  if (side.source != Source::parameter) return times({s.batch, s.heads, rows, cols});
  const Parameter& parameter = *std::ranges::find(spec.parameters, side.weight, &Parameter::name);
  return times({parameter.shape.front(), side.row_shared ? 1 : rows, cols});
}

/// Stored elements of all sides, each once; with_grad: of those alone that want a gradient.
std::int64_t operand_elements(const Mixture& mixture, const CallShape& s, bool with_grad = false) {
  std::int64_t sum = 0;
  for (const Mixture::Summand& summand : mixture.summands) {
    const LogitSpec& spec = summand.spec;
    const auto add_side = [&](const Side& side, std::int64_t rows, std::int64_t cols) {
      if (!with_grad || wants_grad(spec, side)) add(sum, side_elements(spec, side, s, rows, cols));
    };
    for (const TermSpec& term : spec.terms) {
      const bool table = term.kind == TermKind::table;
      add_side(term.lhs, s.queries, table ? s.keys : term.lhs.width);
      if (!table) add_side(term.rhs, term.kind == TermKind::inner ? s.keys : s.queries, term.rhs.width);
    }
  }
  return sum;
}

/// Operations of the hidden layer alone, forward; rows = B * N.
std::int64_t hidden_flops(const Hidden& hidden, const LayerConfig& layer, std::int64_t rows) {
  const bool gate = hidden.activation == Hidden::Activation::gate;
  const std::int64_t inputs = hidden.w1 == W1::slice ? layer.head_dim : layer.d_model, maps = gate ? 2 : 1;
  const std::int64_t outputs = times({rows, layer.heads, hidden.width});
  std::int64_t sum = times({maps, 2, outputs, hidden.taps, inputs});
  if (hidden.bias) add(sum, times({maps, outputs}));
  if (gate) add(sum, times({5, outputs}));
  add(sum, times({4, rows, layer.d_model, hidden.bottleneck}));
  if (hidden.bias && hidden.bottleneck > 0) add(sum, times({rows, plus({hidden.bottleneck, layer.d_model})}));
  return sum;
}

/// The same and what projects it.
std::int64_t hidden_flops(const LogitSpec& spec, const LayerConfig& layer, std::int64_t rows) {
  std::int64_t sum = spec.hidden ? hidden_flops(*spec.hidden, layer, rows) : 0;
  for (const TermSpec& term : spec.terms) {
    for (const Side& side : {term.lhs, term.rhs}) {
      if (side.source != Source::projected) continue;
      add(sum, times({2, rows, layer.heads, spec.hidden->width, side.width}));
      if (!side.bias.empty()) add(sum, times({rows, layer.heads, side.width}));
    }
  }
  return sum;
}

void require_logits(const Mixture& mixture) {
  if (whole_layer(mixture) == nullptr) return;
  throw UserError(
      fmt::format("{} makes no attention logits that could be counted alone (try scope layer)", mixture.summands.front().variant));
}

std::int64_t projection_flops(const Mixture& mixture, const LayerConfig& layer, std::int64_t rows) {
  const std::int64_t projections = 2 + (reads_queries(mixture) ? 1 : 0) + (reads_keys(mixture) ? 1 : 0);
  std::int64_t sum = times({projections, 2, rows, layer.d_model, layer.heads, layer.head_dim});
  for (const Mixture::Summand& summand : mixture.summands) add(sum, hidden_flops(summand.spec, layer, rows));
  return sum;
}

/// Elements of a layer's weights besides the tables, which are operands of attend already: projections, hidden layers and what
/// follows them.
std::int64_t weight_elements(const Mixture& mixture, const LayerConfig& layer) {
  const std::int64_t projections = 2 + (reads_queries(mixture) ? 1 : 0) + (reads_keys(mixture) ? 1 : 0);
  std::int64_t weights = times({projections, layer.d_model, layer.heads, layer.head_dim});
  for (const auto& [name, spec] : mixture.summands) {
    for (const Parameter& parameter : spec.parameters) {
      const auto is_side = [&](const TermSpec& term) {
        return (term.lhs.source == Source::parameter && term.lhs.weight == parameter.name) ||
               (term.rhs.source == Source::parameter && term.rhs.weight == parameter.name);
      };
      if (std::ranges::any_of(spec.terms, is_side)) continue;
      std::int64_t count = 1;
      for (const std::int64_t extent : parameter.shape) count = times({count, extent});
      add(weights, count);
    }
  }
  return weights;
}

}  // namespace

std::int64_t logit_parameters(const Mixture& mixture, const LayerConfig& layer) {
  const std::int64_t projection = times({layer.d_model, layer.heads, layer.head_dim});
  std::int64_t sum = 0;
  if (reads_queries(mixture)) add(sum, projection);
  if (reads_keys(mixture)) add(sum, projection);
  for (const Mixture::Summand& summand : mixture.summands) {
    for (const Parameter& parameter : summand.spec.parameters) {
      if (!parameter.trained) continue;
      std::int64_t count = 1;
      for (const std::int64_t extent : parameter.shape) count = times({count, extent});
      add(sum, count);
    }
  }
  switch (mixture.mixing) {
    case Mixing::sum: break;
    case Mixing::sigmoid: add(sum, 1); break;
    case Mixing::softmax: add(sum, times({layer.heads, std::ssize(mixture.summands)})); break;
  }
  return sum;
}

std::int64_t layer_parameters(const Mixture& mixture, const LayerConfig& layer) {
  if (whole_layer(mixture) != nullptr) return logit_parameters(mixture, layer);
  return plus({logit_parameters(mixture, layer), times({2, layer.d_model, layer.heads, layer.head_dim})});
}

Flops attend_flops(const Mixture& mixture, const CallShape& s) {
  require_logits(mixture);
  const std::int64_t pairs = seen_pairs(mixture, s);
  // Logits of one term, or of all: one head's for every head where the batch shares them, else for every sample as well.
  const auto logits = [&](bool shared) { return times({shared ? 1 : s.batch, s.heads, pairs}); };
  const std::int64_t values = times({2, s.batch, s.heads, pairs, s.width});
  const std::int64_t all = logits(batch_independent(mixture)), softmax = times({5, all});
  Flops flops{plus({softmax, values}), values};  // A V, and dV = A' dY
  std::int64_t terms = 0;
  bool needs_logit_gradients = false;
  for (const auto& [name, spec] : mixture.summands) {
    for (const TermSpec& term : spec.terms) {
      ++terms;
      const std::int64_t own = logits(shared_by_batch(term));
      add(flops.forward, times({per_logit(term), own}));
      const int sides = (wants_grad(spec, term.lhs) ? 1 : 0) + (term.kind != TermKind::table && wants_grad(spec, term.rhs) ? 1 : 0);
      if (sides == 0) continue;
      needs_logit_gradients = true;
      add(flops.backward, times({sides, per_logit_backward(term), own}));
      if (shared_by_batch(term)) add(flops.backward, all);  // the gradients of all samples are summed first
    }
  }
  add(flops.forward, times({terms - 1, all}));
  if (needs_logit_gradients) add(flops.backward, plus({values, softmax}));  // dA = dY V'
  return flops;
}

Flops layer_flops(const Mixture& mixture, const LayerConfig& layer, const CallShape& shape) {
  if (const WholeLayer* whole = whole_layer(mixture)) {
    const LayerWork work = whole->work(shape);
    return {plus({work.products, work.pointwise}), plus({times({2, work.products}), work.pointwise})};
  }
  Flops flops = attend_flops(mixture, shape);
  const std::int64_t projections = projection_flops(mixture, layer, times({shape.batch, shape.queries}));
  add(flops.forward, projections);
  add(flops.backward, times({2, projections}));  // for its input and for its weight
  return flops;
}

std::int64_t attend_bytes(const Mixture& mixture, const CallShape& s, DType dtype) {
  require_logits(mixture);
  const std::int64_t elements =
      plus({operand_elements(mixture, s), times({s.batch, s.heads, s.keys, s.width}), times({s.batch, s.heads, s.queries, s.width})});
  const std::int64_t lse = dtype == DType::f64 ? 8 : 4;
  return plus({times({elements, static_cast<std::int64_t>(size_of(dtype))}), times({s.batch, s.heads, s.queries, lse})});
}

Bytes attend_traffic(const Mixture& mixture, const CallShape& s, DType dtype) {
  const std::int64_t forward = attend_bytes(mixture, s, dtype);
  const std::int64_t more = plus({operand_elements(mixture, s, true), times({s.batch, s.heads, s.keys, s.width}),  // gradients
                                  times({s.batch, s.heads, s.queries, s.width})});                                 // grad_out
  return {forward, plus({forward, times({more, static_cast<std::int64_t>(size_of(dtype))})})};
}

Bytes layer_traffic(const Mixture& mixture, const LayerConfig& layer, const CallShape& s, DType dtype) {
  const std::int64_t forward = layer_bytes(mixture, layer, s, dtype);
  if (whole_layer(mixture) != nullptr) return {forward, 0};
  const std::int64_t activations = times({3, s.batch, s.queries, layer.d_model}), weights = times({2, weight_elements(mixture, layer)});
  return {forward, plus({attend_traffic(mixture, s, dtype).backward,
                         times({plus({weights, activations}), static_cast<std::int64_t>(size_of(dtype))})})};
}

std::int64_t layer_bytes(const Mixture& mixture, const LayerConfig& layer, const CallShape& s, DType dtype) {
  if (const WholeLayer* whole = whole_layer(mixture)) {
    const std::int64_t ends = times({2, s.batch, s.queries, layer.d_model});
    return times({plus({whole->work(s).elements, ends}), static_cast<std::int64_t>(size_of(dtype))});
  }
  const std::int64_t activations = times({2, s.batch, s.queries, layer.d_model}), weights = weight_elements(mixture, layer);
  return plus({attend_bytes(mixture, s, dtype), times({plus({weights, activations}), static_cast<std::int64_t>(size_of(dtype))})});
}

}  // namespace synthbench
