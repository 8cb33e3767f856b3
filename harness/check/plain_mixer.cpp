// mlp_mixer in plain loops, sample by sample: L = LayerNorm(x), a = w1 L + b1, y = x + w2 gelu(a) + b2 (w1, w2: leading N).
//
//   gelu(a) = a Phi(a), Phi = (1 + erf(a / sqrt 2)) / 2      gelu'(a) = Phi(a) + a phi(a), phi = exp(-a^2/2) / sqrt(2 pi)
//   xhat = (x - mean) / sd,  L = xhat g + b      dx = (dxhat - mean(dxhat) - xhat mean(dxhat xhat)) / sd, dxhat = dL g
#include <cmath>
#include <numbers>

#include "harness/check/plain_matrix.h"

namespace synthbench {
namespace {

using Index = std::int64_t;

constexpr double kNormEpsilon = 1e-5;

template <typename T>
struct Normed {
  PlainMatrix<T> hat;  ///< (N,E)
  std::vector<T> sd;   ///< (N)
};

template <typename T>
Normed<T> normed(const PlainMatrix<T>& x) {
  Normed<T> out{PlainMatrix<T>(x.rows, x.cols), {}};
  const T width = static_cast<T>(x.cols);
  for (Index i = 0; i < x.rows; ++i) {
    T mean = 0, variance = 0;
    for (Index j = 0; j < x.cols; ++j) mean += x(i, j) / width;
    for (Index j = 0; j < x.cols; ++j) variance += (x(i, j) - mean) * (x(i, j) - mean) / width;
    out.sd.push_back(std::sqrt(variance + static_cast<T>(kNormEpsilon)));
    for (Index j = 0; j < x.cols; ++j) out.hat(i, j) = (x(i, j) - mean) / out.sd.back();
  }
  return out;
}

template <typename T>
T cumulative(T a) {
  return (1 + std::erf(a / std::numbers::sqrt2_v<T>)) / 2;
}

template <typename T>
T gelu_slope(T a) {
  constexpr T scale = std::numbers::inv_sqrtpi_v<T> / std::numbers::sqrt2_v<T>;
  return cumulative(a) + a * scale * std::exp(-a * a / 2);
}

template <typename T>
PlainMatrix<T> rows_of(const PlainMatrix<T>& m, Index first, Index count) {
  PlainMatrix<T> out(count, m.cols);
  for (Index k = 0; k < count * m.cols; ++k)
    out.values[static_cast<std::size_t>(k)] = m.values[static_cast<std::size_t>(first * m.cols + k)];
  return out;
}

template <typename T>
PlainMatrix<T> leading_columns(const PlainMatrix<T>& m, Index count) {
  return transposed(rows_of(transposed(m), 0, count));
}

template <typename T>
class Mixer {
 public:
  explicit Mixer(const PlainLayerCase& layer)
      : layer_(layer),
        x_(numbers_of<T>(layer, "x")),
        w1_(leading_columns(numbers_of<T>(layer, "w1"), layer.length)),
        w2_(rows_of(numbers_of<T>(layer, "w2"), 0, layer.length)),
        scale_(numbers_of<T>(layer, "ln_weight")),
        y_(x_) {
    for (const auto& [name, stored] : layer.numbers) grads_.emplace(name, PlainMatrix<T>(stored.rows, stored.cols));
  }

  PlainLayerResult run() {
    for (Index b = 0; b < layer_.batch; ++b) sample(b);
    PlainLayerResult result;
    store(result, "y", y_);
    if (!layer_.numbers.contains("grad_y")) return result;
    for (const auto& [name, grad] : grads_) {
      if (name != "grad_y") store(result, "grad." + name, grad);
    }
    return result;
  }

 private:
  void sample(Index b) {
    const Normed<T> norm = normed(rows_of(x_, b * layer_.length, layer_.length));
    PlainMatrix<T> scaled = norm.hat;
    for (Index i = 0; i < scaled.rows; ++i) {
      for (Index j = 0; j < scaled.cols; ++j) scaled(i, j) *= scale_.values[static_cast<std::size_t>(j)];
    }
    add_bias(scaled, layer_, "ln_bias");
    PlainMatrix<T> before = along_rows(product(w1_, scaled), "b1"), hidden = before;
    for (T& a : hidden.values) a *= cumulative(a);
    const PlainMatrix<T> mixed = along_rows(product(w2_, hidden), "b2");
    for (Index i = 0; i < mixed.rows; ++i) {
      for (Index j = 0; j < mixed.cols; ++j) y_(b * layer_.length + i, j) += mixed(i, j);
    }
    if (layer_.numbers.contains("grad_y")) backward(b, norm, scaled, before, hidden);
  }

  /// m with entry i of the named bias added to row i, where the layer has it.
  PlainMatrix<T> along_rows(PlainMatrix<T> m, const char* name) const {
    if (!layer_.numbers.contains(name)) return m;
    const PlainMatrix<T> bias = numbers_of<T>(layer_, name);
    for (Index i = 0; i < m.rows; ++i) {
      for (Index j = 0; j < m.cols; ++j) m(i, j) += bias.values[static_cast<std::size_t>(i)];
    }
    return m;
  }

  void backward(Index b, const Normed<T>& norm, const PlainMatrix<T>& scaled, const PlainMatrix<T>& before, const PlainMatrix<T>& hidden) {
    const PlainMatrix<T> dy = rows_of(numbers_of<T>(layer_, "grad_y"), b * layer_.length, layer_.length);
    add_leading("w2", product(dy, transposed(hidden)));
    add_row_sums("b2", dy);
    PlainMatrix<T> da = product(transposed(w2_), dy);
    for (std::size_t k = 0; k < da.values.size(); ++k) da.values[k] *= gelu_slope(before.values[k]);
    add_leading("w1", product(da, transposed(scaled)));
    add_row_sums("b1", da);
    add_norm(b, norm, product(transposed(w1_), da), dy);
  }

  void add_norm(Index b, const Normed<T>& norm, const PlainMatrix<T>& dl, const PlainMatrix<T>& dy) {
    const T width = static_cast<T>(dl.cols);
    for (Index i = 0; i < dl.rows; ++i) {
      T mean = 0, along = 0;
      for (Index j = 0; j < dl.cols; ++j) {
        const T dhat = dl(i, j) * scale_.values[static_cast<std::size_t>(j)];
        mean += dhat / width;
        along += dhat * norm.hat(i, j) / width;
        grads_.at("ln_weight").values[static_cast<std::size_t>(j)] += dl(i, j) * norm.hat(i, j);
        grads_.at("ln_bias").values[static_cast<std::size_t>(j)] += dl(i, j);
      }
      for (Index j = 0; j < dl.cols; ++j) {
        const T dhat = dl(i, j) * scale_.values[static_cast<std::size_t>(j)];
        grads_.at("x")(b * layer_.length + i, j) = dy(i, j) + (dhat - mean - norm.hat(i, j) * along) / norm.sd[static_cast<std::size_t>(i)];
      }
    }
  }

  void add_leading(const char* name, const PlainMatrix<T>& part) {
    PlainMatrix<T>& grad = grads_.at(name);
    for (Index i = 0; i < part.rows; ++i) {
      for (Index j = 0; j < part.cols; ++j) grad(i, j) += part(i, j);
    }
  }

  void add_row_sums(const char* name, const PlainMatrix<T>& m) {
    if (!layer_.numbers.contains(name)) return;
    for (Index i = 0; i < m.rows; ++i) {
      for (Index j = 0; j < m.cols; ++j) grads_.at(name).values[static_cast<std::size_t>(i)] += m(i, j);
    }
  }

  const PlainLayerCase& layer_;
  PlainMatrix<T> x_, w1_, w2_, scale_, y_;
  std::map<std::string, PlainMatrix<T>> grads_;
};

template <typename T>
PlainLayerResult run(const PlainLayerCase& layer) {
  return Mixer<T>(layer).run();
}

const bool registered = plain_layers().add("mlp_mixer", {run<float>, run<double>});

}  // namespace
}  // namespace synthbench
