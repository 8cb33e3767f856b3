// linformer in plain loops: q = x w_q, k and v likewise with zeros at padded positions, kbar = proj' k and vbar = proj' v for each
// sample, attention of q to kbar and vbar, w_o. The attention call is the oracle's own (the reference in double, the plain
// composition in float), its backward gives dq, dkbar, dvbar; the rest are products:
//
//   dk = proj dkbar (zero where padded)      dproj = sum over samples of k dkbar' + v dvbar'      dx = dq w_q' + dk w_k' + dv w_v'
#include <cmath>
#include <type_traits>

#include "harness/check/plain.h"
#include "harness/check/plain_matrix.h"

namespace synthbench {
namespace {

using Index = std::int64_t;

template <typename T>
constexpr DType kType = std::is_same_v<T, double> ? DType::f64 : DType::f32;

/// Rows (sample, position) and columns (head, c) as (B,H,rows of a sample,dh).
template <typename T>
View in_heads(PlainMatrix<T>& m, const PlainLayerCase& layer) {
  const Index rows = m.rows / layer.batch;
  View view;
  view.shape = {layer.batch, layer.heads, rows, layer.head_dim};
  view.stride = {rows * m.cols, layer.head_dim, m.cols, 1};
  view.dtype = kType<T>;
  view.data = m.values.data();
  return view;
}

template <typename T>
class Linformer {
 public:
  explicit Linformer(const PlainLayerCase& layer)
      : layer_(layer),
        backend_(kType<T> == DType::f64 ? backends().at("reference")() : plain_composition()),
        x_(numbers_of<T>(layer, "x")),
        proj_(numbers_of<T>(layer, "proj")),
        q_(projected("w_q")),
        k_(projected("w_k")),
        v_(projected("w_v")),
        kbar_(shortened(k_)),
        vbar_(shortened(v_)),
        out_(q_.rows, q_.cols),
        lse_(q_.rows * layer.heads, 1) {}

  PlainLayerResult run() {
    const LogitTerm term{TermKind::inner, 1.0 / std::sqrt(static_cast<double>(layer_.head_dim)), in_heads(q_, layer_),
                         in_heads(kbar_, layer_)};
    AttentionCall call;
    call.terms = {&term, 1};
    call.value = in_heads(vbar_, layer_);
    call.dropout = layer_.dropout;
    call.needs_grad = layer_.numbers.contains("grad_y");
    View lse;
    lse.shape = {layer_.batch, layer_.heads, layer_.length, 1};
    lse.stride = dense_strides(lse.shape);
    lse.dtype = kType<T>;
    lse.data = lse_.values.data();
    const AttentionOutputs outputs{in_heads(out_, layer_), lse};
    backend_->forward(call, outputs);
    const PlainMatrix<T> w_o = numbers_of<T>(layer_, "w_o");
    PlainLayerResult result;
    store(result, "y", product(out_, w_o));
    if (call.needs_grad) backward(result, call, outputs, w_o);
    return result;
  }

 private:
  PlainMatrix<T> projected(const char* weight) const {
    PlainMatrix<T> m = product(x_, numbers_of<T>(layer_, weight));
    if (std::string_view(weight) != "w_q") drop_padding(m, layer_);
    return m;
  }

  /// (B*N,D) -> (B*k,D): sum over j of proj[j,r] m[j], the leading N rows of proj.
  PlainMatrix<T> shortened(const PlainMatrix<T>& m) const {
    PlainMatrix<T> out(layer_.batch * proj_.cols, m.cols);
    visit([&](Index r, Index j, Index row, Index c) { out(r, c) += proj_(row, r % proj_.cols) * m(j, c); }, m.cols);
    return out;
  }

  /// body(row of what is short, row of what is long, row of proj, column).
  template <typename Body>
  void visit(const Body& body, Index cols) const {
    for (Index b = 0; b < layer_.batch; ++b) {
      for (Index r = 0; r < proj_.cols; ++r) {
        for (Index j = 0; j < layer_.length; ++j) {
          for (Index c = 0; c < cols; ++c) body(b * proj_.cols + r, b * layer_.length + j, j, c);
        }
      }
    }
  }

  void backward(PlainLayerResult& result, const AttentionCall& call, const AttentionOutputs& outputs, const PlainMatrix<T>& w_o) {
    const PlainMatrix<T> dy = numbers_of<T>(layer_, "grad_y");
    store(result, "grad.w_o", product(transposed(out_), dy));
    PlainMatrix<T> dout = product(dy, transposed(w_o));
    PlainMatrix<T> dq(q_.rows, q_.cols), dkbar(kbar_.rows, kbar_.cols), dvbar(vbar_.rows, vbar_.cols);
    const AttentionGrads::Term grads{in_heads(dq, layer_), in_heads(dkbar, layer_)};
    backend_->backward(call, outputs, in_heads(dout, layer_), {{&grads, 1}, in_heads(dvbar, layer_)});

    PlainMatrix<T> dproj(proj_.rows, proj_.cols), dk(k_.rows, k_.cols), dv(v_.rows, v_.cols);
    visit(
        [&](Index r, Index j, Index row, Index c) {
          dproj(row, r % proj_.cols) += k_(j, c) * dkbar(r, c) + v_(j, c) * dvbar(r, c);
          dk(j, c) += proj_(row, r % proj_.cols) * dkbar(r, c);
          dv(j, c) += proj_(row, r % proj_.cols) * dvbar(r, c);
        },
        k_.cols);
    drop_padding(dk, layer_);
    drop_padding(dv, layer_);
    store(result, "grad.proj", dproj);
    PlainMatrix<T> dx(x_.rows, x_.cols);
    for (const auto& [name, grad] : {std::pair{"w_q", &dq}, {"w_k", &dk}, {"w_v", &dv}}) {
      store(result, std::string("grad.") + name, product(transposed(x_), *grad));
      const PlainMatrix<T> part = product(*grad, transposed(numbers_of<T>(layer_, name)));
      for (std::size_t n = 0; n < dx.values.size(); ++n) dx.values[n] += part.values[n];
    }
    store(result, "grad.x", dx);
  }

  const PlainLayerCase& layer_;
  std::unique_ptr<AttentionBackend> backend_;
  PlainMatrix<T> x_, proj_, q_, k_, v_, kbar_, vbar_, out_, lse_;
};

template <typename T>
PlainLayerResult run(const PlainLayerCase& layer) {
  return Linformer<T>(layer).run();
}

const bool registered = plain_layers().add("linformer", {run<float>, run<double>});

}  // namespace
}  // namespace synthbench
