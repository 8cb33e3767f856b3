// lightconv and dynconv in plain loops (formula: ablations/variants/gated_convolution.h).
//
//   z = x w_in + b_in      u = z[:E] sigmoid(z[E:])      c[i,ch] = sum_t kernel[i,g,t] u[i+t-pad,ch]      y = c w_out + b_out
//   dkernel[i,g,t] = sum over the channels of g of dc[i,ch] u[i+t-pad,ch]      du[i+t-pad,ch] += kernel[i,g,t] dc[i,ch]
//   softmax: dlogit[t] = kernel[t] (dkernel[t] - sum_s kernel[s] dkernel[s])
#include <cmath>

#include "harness/check/plain_matrix.h"

namespace synthbench {
namespace {

using Index = std::int64_t;

/// Kernel entries (rows, H*K) with a softmax over each K; one row where all positions share them.
template <typename T>
PlainMatrix<T> softmax_of_groups(PlainMatrix<T> m, Index taps) {
  for (Index i = 0; i < m.rows; ++i) {
    for (Index begin = 0; begin < m.cols; begin += taps) {
      T largest = m(i, begin), sum = 0;
      for (Index t = 0; t < taps; ++t) largest = std::max(largest, m(i, begin + t));
      for (Index t = 0; t < taps; ++t) sum += m(i, begin + t) = std::exp(m(i, begin + t) - largest);
      for (Index t = 0; t < taps; ++t) m(i, begin + t) /= sum;
    }
  }
  return m;
}

template <typename T>
PlainMatrix<T> softmax_backward(const PlainMatrix<T>& kernel, PlainMatrix<T> grad, Index taps) {
  for (Index i = 0; i < grad.rows; ++i) {
    for (Index begin = 0; begin < grad.cols; begin += taps) {
      T sum = 0;
      for (Index t = 0; t < taps; ++t) sum += kernel(i, begin + t) * grad(i, begin + t);
      for (Index t = 0; t < taps; ++t) grad(i, begin + t) = kernel(i, begin + t) * (grad(i, begin + t) - sum);
    }
  }
  return grad;
}

template <typename T>
class Convolution {
 public:
  Convolution(const PlainLayerCase& layer, bool generated)
      : layer_(layer), generated_(generated), taps_(taps_of(layer, generated)), x_(numbers_of<T>(layer, "x")) {}

  PlainLayerResult run() {
    const PlainMatrix<T> w_in = numbers_of<T>(layer_, "w_in"), w_out = numbers_of<T>(layer_, "w_out");
    PlainMatrix<T> z = product(x_, w_in);
    add_bias(z, layer_, "b_in");
    const PlainMatrix<T> u = gated(z);
    const PlainMatrix<T> kernel = softmax_of_groups(generated_ ? product(u, numbers_of<T>(layer_, "w_gen")) : shared_logits(), taps_);
    PlainMatrix<T> c(x_.rows, x_.cols);
    visit([&](Index i, Index from, Index row, Index entry, Index ch) { c(i, ch) += kernel(row, entry) * u(from, ch); });
    PlainMatrix<T> y = product(c, w_out);
    add_bias(y, layer_, "b_out");
    PlainLayerResult result;
    store(result, "y", y);
    if (layer_.numbers.contains("grad_y")) backward(result, z, u, kernel, c, w_in, w_out);
    return result;
  }

 private:
  static Index taps_of(const PlainLayerCase& layer, bool generated) {
    return generated ? layer.numbers.at("w_gen").cols / layer.heads : layer.numbers.at("w_conv").cols;
  }

  PlainMatrix<T> shared_logits() const {
    PlainMatrix<T> logits = numbers_of<T>(layer_, "w_conv");
    logits.cols = layer_.heads * taps_;
    logits.rows = 1;
    return logits;
  }

  PlainMatrix<T> gated(const PlainMatrix<T>& z) const {
    PlainMatrix<T> u(x_.rows, x_.cols);
    for (Index i = 0; i < u.rows; ++i) {
      for (Index ch = 0; ch < u.cols; ++ch) u(i, ch) = z(i, ch) / (1 + std::exp(-z(i, u.cols + ch)));
    }
    drop_padding(u, layer_);
    return u;
  }

  /// body(output row, input row, row of the kernel, its entry, channel) for every product of the convolution.
  template <typename Body>
  void visit(const Body& body) const {
    const Index channels = x_.cols, pad = layer_.causal ? taps_ - 1 : (taps_ - 1) / 2;
    for (Index b = 0; b < layer_.batch; ++b) {
      for (Index i = 0; i < layer_.length; ++i) {
        const Index out = b * layer_.length + i;
        for (Index t = 0; t < taps_; ++t) {
          const Index from = i + t - pad;
          if (from < 0 || from >= layer_.length) continue;
          for (Index ch = 0; ch < channels; ++ch) {
            body(out, b * layer_.length + from, generated_ ? out : 0, ch * layer_.heads / channels * taps_ + t, ch);
          }
        }
      }
    }
  }

  void backward(PlainLayerResult& result, const PlainMatrix<T>& z, const PlainMatrix<T>& u, const PlainMatrix<T>& kernel,
                const PlainMatrix<T>& c, const PlainMatrix<T>& w_in, const PlainMatrix<T>& w_out) const {
    const PlainMatrix<T> dy = numbers_of<T>(layer_, "grad_y");
    store(result, "grad.w_out", product(transposed(c), dy));
    store_bias(result, layer_, "b_out", dy);
    const PlainMatrix<T> dc = product(dy, transposed(w_out));
    PlainMatrix<T> dkernel(kernel.rows, kernel.cols), du(u.rows, u.cols);
    visit([&](Index i, Index from, Index row, Index entry, Index ch) {
      dkernel(row, entry) += dc(i, ch) * u(from, ch);
      du(from, ch) += kernel(row, entry) * dc(i, ch);
    });
    const PlainMatrix<T> dlogits = softmax_backward(kernel, dkernel, taps_);
    if (generated_) {
      const PlainMatrix<T> w_gen = numbers_of<T>(layer_, "w_gen"), through = product(dlogits, transposed(w_gen));
      store(result, "grad.w_gen", product(transposed(u), dlogits));
      for (std::size_t k = 0; k < du.values.size(); ++k) du.values[k] += through.values[k];
    } else {
      store(result, "grad.w_conv", dlogits);
    }
    drop_padding(du, layer_);
    PlainMatrix<T> dz(z.rows, z.cols);
    for (Index i = 0; i < u.rows; ++i) {
      for (Index ch = 0; ch < u.cols; ++ch) {
        const T gate = 1 / (1 + std::exp(-z(i, u.cols + ch)));
        dz(i, ch) = du(i, ch) * gate;
        dz(i, u.cols + ch) = du(i, ch) * z(i, ch) * gate * (1 - gate);
      }
    }
    store(result, "grad.w_in", product(transposed(x_), dz));
    store_bias(result, layer_, "b_in", dz);
    store(result, "grad.x", product(dz, transposed(w_in)));
  }

  const PlainLayerCase& layer_;
  bool generated_;
  Index taps_;
  PlainMatrix<T> x_;
};

template <typename T, bool generated>
PlainLayerResult run(const PlainLayerCase& layer) {
  return Convolution<T>(layer, generated).run();
}

const bool light = plain_layers().add("lightconv", {run<float, false>, run<double, false>});
const bool dynamic = plain_layers().add("dynconv", {run<float, true>, run<double, true>});

}  // namespace
}  // namespace synthbench
