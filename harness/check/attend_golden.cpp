#include "harness/check/attend_golden.h"

#include <fmt/format.h>

#include <cstring>
#include <limits>
#include <list>

namespace synthbench {
namespace {

/// The numbers of one tensor in the dtype of the call.
class Numbers {
 public:
  Numbers(const std::vector<double>& values, DType dtype) : dtype_(dtype), bytes_(values.size() * size_of(dtype)) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (dtype == DType::f64) {
        std::memcpy(&bytes_[i * 8], &values[i], 8);
      } else {
        const float narrow = static_cast<float>(values[i]);
        std::memcpy(&bytes_[i * 4], &narrow, 4);
      }
    }
  }

  std::vector<double> values() const {
    std::vector<double> out(bytes_.size() / size_of(dtype_));
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (dtype_ == DType::f64) {
        std::memcpy(&out[i], &bytes_[i * 8], 8);
      } else {
        float narrow = 0;
        std::memcpy(&narrow, &bytes_[i * 4], 4);
        out[i] = static_cast<double>(narrow);
      }
    }
    return out;
  }

  void* data() { return bytes_.data(); }

 private:
  DType dtype_;
  std::vector<std::byte> bytes_;
};

TermKind kind_named(const std::string& word, const std::string& path) {
  for (const TermKind kind : {TermKind::inner, TermKind::tiled, TermKind::table}) {
    if (name(kind) == word) return kind;
  }
  throw UserError(fmt::format("{}: unknown term kind '{}' (inner, tiled, table)", path, word));
}

/// One file's tensors as views of a call. What has extent 1 where the call has more is shared there: stride 0.
class AttendCase {
 public:
  AttendCase(const Safetensors& file, const Json& about, DType dtype, int threads) : file_(file), dtype_(dtype) {
    const Json& shape = about.at("shape");
    batch_ = shape.at("B"), heads_ = shape.at("H"), queries_ = shape.at("N"), keys_ = shape.at("M"), width_ = shape.at("D");
    call_.value = input("value", {batch_, heads_, keys_, width_});
    for (const Json& term : about.at("terms")) add_term(term);
    call_.terms = terms_;
    call_.mask.causal = about.value("causal", false);
    call_.mask.query_offset = about.value("query_offset", std::int64_t{0});
    if (const StoredTensor* lengths = file.find("key_lengths")) set_key_lengths(*lengths);
    call_.needs_grad = file.find("grad_out") != nullptr;
    call_.threads = threads;
  }

  const AttentionCall& call() const { return call_; }

  std::vector<std::pair<std::string, std::vector<double>>> run(AttentionBackend& backend) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const AttentionOutputs outputs{result("out", {batch_, heads_, queries_, width_}, nan),
                                   result("lse", {batch_, heads_, queries_, 1}, nan)};
    backend.forward(call_, outputs);
    if (call_.needs_grad) {
      AttentionGrads grads;
      std::vector<AttentionGrads::Term> grad_terms;
      for (std::size_t t = 0; t < terms_.size(); ++t) {
        grad_terms.push_back(
            {gradient(fmt::format("term{}.lhs", t), terms_[t].lhs), gradient(fmt::format("term{}.rhs", t), terms_[t].rhs)});
      }
      grads.terms = grad_terms;
      grads.value = gradient("value", call_.value);
      backend.backward(call_, outputs, input("grad_out", {batch_, heads_, queries_, width_}), grads);
    }
    std::vector<std::pair<std::string, std::vector<double>>> computed;
    for (const auto& [tensor, numbers] : results_) computed.emplace_back(tensor, numbers.values());
    return computed;
  }

 private:
  /// Extents as stored, strides 0 along what is shared, shape as the call sees it.
  Layout layout(const std::string& tensor, const Axes& want) const {
    const std::vector<std::int64_t>& shape = file_.at(tensor).shape;
    if (shape.size() != 4) throw UserError(fmt::format("{}: tensor '{}' has {} axes, 4 are needed", file_.path, tensor, shape.size()));
    const Axes stored{shape[0], shape[1], shape[2], shape[3]};
    Axes stride = dense_strides(stored);
    const auto share = [&](std::int64_t have, std::int64_t wanted, std::int64_t& step) {
      if (have == wanted) return;
      if (have != 1) throw UserError(fmt::format("{}: tensor '{}' has {} entries along an axis of {}", file_.path, tensor, have, wanted));
      step = 0;
    };
    share(stored.batch, want.batch, stride.batch);
    share(stored.head, want.head, stride.head);
    share(stored.row, want.row, stride.row);
    return {{want.batch, want.head, want.row, stored.col}, stride, dtype_, Place::host};
  }

  ConstView input(const std::string& tensor, const Axes& want) {
    const Layout view = layout(tensor, want);
    inputs_.emplace_back(file_.at(tensor).values(), dtype_);
    return {view, inputs_.back().data()};
  }

  View result(const std::string& tensor, const Axes& want, double start) {
    View view;
    static_cast<Layout&>(view) = layout(tensor, want);
    results_.emplace_back(tensor, Numbers(std::vector<double>(static_cast<std::size_t>(file_.at(tensor).count()), start), dtype_));
    view.data = results_.back().second.data();
    return view;
  }

  /// Added to by backward, so it starts at zero. Absent where the file does not ask for it.
  View gradient(const std::string& operand, const ConstView& like) {
    if (file_.find("grad." + operand) == nullptr) return {};
    return result("grad." + operand, like.shape, 0.0);
  }

  void add_term(const Json& about) {
    const std::string prefix = fmt::format("term{}.", terms_.size());
    LogitTerm term;
    term.kind = kind_named(about.at("kind").get<std::string>(), file_.path);
    term.scale = about.at("scale").get<double>();
    term.lhs = input(prefix + "lhs", {batch_, heads_, queries_, 0});
    if (term.kind != TermKind::table)
      term.rhs = input(prefix + "rhs", {batch_, heads_, term.kind == TermKind::inner ? keys_ : queries_, 0});
    terms_.push_back(term);
  }

  void set_key_lengths(const StoredTensor& lengths) {
    if (lengths.count() != batch_) throw UserError(fmt::format("{}: {} key_lengths for {} samples", file_.path, lengths.count(), batch_));
    for (const double length : lengths.values()) lengths_.push_back(static_cast<std::int32_t>(length));
    call_.mask.key_lengths = ConstView({{batch_, 1, 1, 1}, {1, 1, 1, 1}, DType::i32, Place::host}, lengths_.data());
  }

  const Safetensors& file_;
  DType dtype_;
  std::int64_t batch_ = 0, heads_ = 0, queries_ = 0, keys_ = 0, width_ = 0;
  std::list<Numbers> inputs_;  // lists: views point into them
  std::list<std::pair<std::string, Numbers>> results_;
  std::vector<LogitTerm> terms_;
  std::vector<std::int32_t> lengths_;
  AttentionCall call_;
};

}  // namespace

AttendGoldenResult run_attend_golden(const Safetensors& file, const Json& about, AttentionBackend& backend, DType dtype, int threads) {
  AttendCase attend(file, about, dtype, threads);
  if (const auto reason = backend.unsupported(attend.call())) return {{}, *reason};
  return {attend.run(backend), std::nullopt};
}

}  // namespace synthbench
