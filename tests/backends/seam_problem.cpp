#include "tests/backends/seam_problem.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>

#include "backends/core/half.h"

namespace synthbench {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Axes strides(const Axes& e, Arrangement arrangement) {
  switch (arrangement) {
    case Arrangement::dense: return dense_strides(e);
    case Arrangement::strided: return {2 * e.head * e.row * e.col, 2 * e.row * e.col, 2 * e.col, 2};
    case Arrangement::sliced: {
      const std::int64_t row = e.col + 3, head = e.row * row + 5;
      return {e.head * head + 7, head, row, 1};
    }
    case Arrangement::transposed: return {e.head * e.row * e.col, e.row * e.col, 1, e.row};
    case Arrangement::split_heads: return {e.row * e.head * e.col, e.col, e.head * e.col, 1};
  }
  return {};
}

std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 1469598103934665603ull;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ull;
  return hash;
}

}  // namespace

std::string_view name(Arrangement arrangement) {
  switch (arrangement) {
    case Arrangement::dense: return "dense";
    case Arrangement::strided: return "strided";
    case Arrangement::sliced: return "sliced";
    case Arrangement::transposed: return "transposed";
    case Arrangement::split_heads: return "split_heads";
  }
  return "";
}

void PrintTo(const SeamCase& seam, std::ostream* out) { *out << seam.name; }

SeamProblem::SeamProblem(const SeamCase& seam, DType dtype, Arrangement arrangement, std::uint64_t seed)
    : seam_(seam), arrangement_(arrangement), key_lengths_(seam.key_lengths) {
  const auto& [label, batch, heads, queries, keys, width, terms, causal, offset, lengths, dropout, logit_scale, window] = seam_;
  call_.value = add("value", {batch, heads, keys, width}, {}, dtype);
  fill_normal("value", 1.0, seed);
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const TermCase& about = terms[t];
    const std::string prefix = "term" + std::to_string(t) + ".";
    LogitTerm term;
    AttentionGrads::Term grad;
    term.kind = about.kind;
    term.scale = about.scale * logit_scale;
    const auto side = [&](const std::string& which, const Axes& shape, const Shared& shared, ConstView& view, View& gradient) {
      view = add(prefix + which, shape, shared, dtype);
      gradient = add("grad." + prefix + which, shape, shared, dtype);
      fill_normal(prefix + which, about.kind == TermKind::inner ? std::pow(static_cast<double>(about.width), -0.25) : 1.0, seed);
    };
    const std::int64_t cols = about.kind == TermKind::table ? keys : about.width;
    side("lhs", {batch, heads, queries, cols}, about.lhs, term.lhs, grad.lhs);
    if (about.kind == TermKind::inner) side("rhs", {batch, heads, keys, cols}, about.rhs, term.rhs, grad.rhs);
    if (about.kind == TermKind::tiled) side("rhs", {batch, heads, queries, (keys + cols - 1) / cols}, about.rhs, term.rhs, grad.rhs);
    terms_.push_back(term);
    grad_terms_.push_back(grad);
  }
  outputs_.out = add("out", {batch, heads, queries, width}, {}, dtype);
  outputs_.lse = add("lse", {batch, heads, queries, 1}, {}, wide(dtype));
  grad_out_ = add("grad_out", {batch, heads, queries, width}, {}, dtype);
  fill_normal("grad_out", 1.0, seed);
  add("grad.value", {batch, heads, keys, width}, {}, dtype);
  call_.terms = terms_;
  call_.mask.causal = causal;
  call_.mask.query_offset = offset;
  call_.mask.window = window;
  if (!lengths.empty()) call_.mask.key_lengths = ConstView({{batch, 1, 1, 1}, {1, 1, 1, 1}, DType::i32, Place::host}, key_lengths_.data());
  call_.dropout = dropout;
  call_.needs_grad = true;
}

template <typename Visit>
void SeamProblem::for_each_entry(const Tensor& tensor, const Visit& visit) {
  const Axes& e = tensor.extent;
  for (std::int64_t b = 0; b < e.batch; ++b) {
    for (std::int64_t h = 0; h < e.head; ++h) {
      for (std::int64_t i = 0; i < e.row; ++i) {
        for (std::int64_t j = 0; j < e.col; ++j) visit(offset(tensor.view.stride, b, h, i, j), b, i);
      }
    }
  }
}

View SeamProblem::add(const std::string& tensor, const Axes& shape, const Shared& shared, DType dtype) {
  const Axes extent{shared.batch ? 1 : shape.batch, shared.head ? 1 : shape.head, shared.row ? 1 : shape.row, shape.col};
  Axes stride = strides(extent, arrangement_);
  const std::int64_t last =
      (extent.batch - 1) * stride.batch + (extent.head - 1) * stride.head + (extent.row - 1) * stride.row + (extent.col - 1) * stride.col;
  GuardedTensor memory(dtype, last + 1);
  memory.fill(kNan);
  if (shared.batch) stride.batch = 0;
  if (shared.head) stride.head = 0;
  if (shared.row) stride.row = 0;
  View view;
  static_cast<Layout&>(view) = {shape, stride, dtype, Place::host};
  view.data = memory.data();
  tensors_.emplace(tensor, Tensor{extent, view, std::move(memory)});
  return view;
}

void SeamProblem::fill_normal(const std::string& tensor, double deviation, std::uint64_t seed) {
  std::mt19937_64 source(seed ^ hash_of(tensor));
  std::normal_distribution<double> normal(0.0, deviation);
  std::vector<double> numbers(get(tensor).size());
  for (double& number : numbers) number = static_cast<double>(static_cast<float>(normal(source)));
  set(tensor, numbers);
}

std::vector<double> SeamProblem::get(const std::string& tensor) const {
  const Tensor& stored = tensors_.at(tensor);
  std::vector<double> numbers;
  for_each_entry(stored, [&](std::int64_t at, auto...) { numbers.push_back(stored.memory.get(at)); });
  return numbers;
}

void SeamProblem::set(const std::string& tensor, const std::vector<double>& values) {
  Tensor& stored = tensors_.at(tensor);
  std::size_t k = 0;
  for_each_entry(stored, [&](std::int64_t at, auto...) { stored.memory.set(at, values[k++]); });
}

void SeamProblem::redraw_padded_keys(std::uint64_t seed, double deviation) {
  std::mt19937_64 source(seed);
  std::normal_distribution<double> normal(0.0, 1.0);
  std::vector<std::string> by_key{"value"};
  for (std::size_t t = 0; t < terms_.size(); ++t) {
    if (terms_[t].kind == TermKind::inner && terms_[t].rhs.stride.batch != 0) by_key.push_back("term" + std::to_string(t) + ".rhs");
  }
  for (const std::string& tensor : by_key) {
    Tensor& stored = tensors_.at(tensor);
    for_each_entry(stored, [&](std::int64_t at, std::int64_t b, std::int64_t key) {
      const double number = deviation * normal(source);
      if (key >= key_lengths_[static_cast<std::size_t>(b)]) stored.memory.set(at, number);
    });
  }
}

AttentionGrads SeamProblem::grads(const std::vector<std::string>& unwanted) {
  const auto wanted = [&](const std::string& tensor) {
    const auto found = tensors_.find(tensor);
    return found == tensors_.end() || std::find(unwanted.begin(), unwanted.end(), tensor) != unwanted.end() ? View() : found->second.view;
  };
  for (std::size_t t = 0; t < grad_terms_.size(); ++t) {
    const std::string prefix = "grad.term" + std::to_string(t);
    grad_terms_[t] = {wanted(prefix + ".lhs"), wanted(prefix + ".rhs")};
  }
  return {grad_terms_, wanted("grad.value")};
}

void SeamProblem::poison_outputs() {
  for (const char* tensor : {"out", "lse"}) set(tensor, std::vector<double>(get(tensor).size(), kNan));
}

void SeamProblem::zero_gradients() {
  for (auto& [tensor, stored] : tensors_) {
    if (tensor.starts_with("grad.")) set(tensor, std::vector<double>(get(tensor).size(), 0.0));
  }
}

Results SeamProblem::results() const {
  Results all;
  for (const auto& [tensor, stored] : tensors_) {
    if (tensor == "out" || tensor == "lse" || tensor.starts_with("grad.")) all[tensor] = get(tensor);
  }
  return all;
}

Results SeamProblem::run(AttentionBackend& backend, const std::vector<std::string>& unwanted) {
  poison_outputs();
  zero_gradients();
  backend.forward(call_, outputs_);
  backend.backward(call_, outputs_, grad_out_, grads(unwanted));
  Results all = results();
  for (const std::string& tensor : unwanted) all.erase(tensor);
  return all;
}

std::vector<std::string> SeamProblem::trespasses() const {
  std::vector<std::string> found;
  for (const auto& [tensor, stored] : tensors_) {
    std::vector<bool> used(static_cast<std::size_t>(stored.memory.count()));
    for_each_entry(stored, [&](std::int64_t at, auto...) { used[static_cast<std::size_t>(at)] = true; });
    bool clean = stored.memory.guards_intact();
    for (std::size_t at = 0; at < used.size(); ++at)
      clean = clean && (used[at] || std::isnan(stored.memory.get(static_cast<std::int64_t>(at))));
    if (!clean) found.push_back(tensor);
  }
  return found;
}

}  // namespace synthbench
