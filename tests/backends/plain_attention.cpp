// The composition people write, in T throughout: S, then P, then out; backward from the stored P, no lse involved.
#include <cmath>
#include <limits>
#include <numeric>

#include "backends/core/accuracy.h"
#include "backends/core/dropout.h"
#include "backends/core/mask.h"
#include "tests/backends/seam_problem.h"

namespace synthbench {
namespace {

/// An operand or gradient in logical order, shared axes collapsed.
template <typename T>
struct Plain {
  Axes extent;
  std::vector<T> numbers;

  Plain(const Axes& shape, const Shared& shared, const std::vector<double>* from)
      : extent{shared.batch ? 1 : shape.batch, shared.head ? 1 : shape.head, shared.row ? 1 : shape.row, shape.col},
        numbers(static_cast<std::size_t>(extent.batch * extent.head * extent.row * extent.col)) {
    for (std::size_t k = 0; from != nullptr && k < numbers.size(); ++k) numbers[k] = static_cast<T>((*from)[k]);
  }

  T& at(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j) {
    const std::int64_t bb = extent.batch == 1 ? 0 : b, hh = extent.head == 1 ? 0 : h, ii = extent.row == 1 ? 0 : i;
    return numbers[static_cast<std::size_t>(((bb * extent.head + hh) * extent.row + ii) * extent.col + j)];
  }
};

template <typename T>
struct PlainTerm {
  TermCase about;
  T scale;
  Plain<T> lhs, rhs, d_lhs, d_rhs;

  T logit(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, bool descending = false) {
    if (about.kind == TermKind::table) return scale * lhs.at(b, h, i, j);
    const std::int64_t p = about.width;
    if (about.kind == TermKind::tiled) return scale * (lhs.at(b, h, i, j % p) * rhs.at(b, h, i, j / p));
    T sum = 0;
    for (std::int64_t n = 0; n < p; ++n) {
      const std::int64_t c = descending ? p - 1 - n : n;
      sum += lhs.at(b, h, i, c) * rhs.at(b, h, j, c);
    }
    return scale * sum;
  }

  void backward(std::int64_t b, std::int64_t h, std::int64_t i, std::int64_t j, T ds) {
    const T d = scale * ds;
    const std::int64_t p = about.width;
    if (about.kind == TermKind::table) {
      d_lhs.at(b, h, i, j) += d;
    } else if (about.kind == TermKind::tiled) {
      d_lhs.at(b, h, i, j % p) += d * rhs.at(b, h, i, j / p);
      d_rhs.at(b, h, i, j / p) += d * lhs.at(b, h, i, j % p);
    } else {
      for (std::int64_t c = 0; c < p; ++c) {
        d_lhs.at(b, h, i, c) += d * rhs.at(b, h, j, c);
        d_rhs.at(b, h, j, c) += d * lhs.at(b, h, i, c);
      }
    }
  }
};

template <typename T>
std::vector<PlainTerm<T>> plain_terms(const SeamCase& seam, const SeamProblem& numbers) {
  std::vector<PlainTerm<T>> terms;
  for (std::size_t t = 0; t < seam.terms.size(); ++t) {
    const TermCase& about = seam.terms[t];
    const std::string prefix = "term" + std::to_string(t) + ".";
    const std::int64_t cols = about.kind == TermKind::table ? seam.keys : about.width;
    const Axes left{seam.batch, seam.heads, seam.queries, cols};
    Axes right{seam.batch, seam.heads, seam.keys, cols};
    if (about.kind == TermKind::tiled) right = {seam.batch, seam.heads, seam.queries, (seam.keys + cols - 1) / cols};
    if (about.kind == TermKind::table) right = {};
    const std::vector<double> lhs = numbers.get(prefix + "lhs"),
                              rhs = about.kind == TermKind::table ? std::vector<double>() : numbers.get(prefix + "rhs");
    terms.push_back({about, static_cast<T>(about.scale * seam.logit_scale), Plain<T>(left, about.lhs, &lhs),
                     Plain<T>(right, about.rhs, &rhs), Plain<T>(left, about.lhs, nullptr), Plain<T>(right, about.rhs, nullptr)});
  }
  return terms;
}

template <typename T>
std::vector<double> widened(const std::vector<T>& numbers) {
  return {numbers.begin(), numbers.end()};
}

}  // namespace

template <typename T>
Results plain_attention(const SeamCase& seam, const SeamProblem& numbers, PlainStyle style) {
  const std::vector<double> value_numbers = numbers.get("value"), dy_numbers = numbers.get("grad_out");
  const Axes keys{seam.batch, seam.heads, seam.keys, seam.width}, queries{seam.batch, seam.heads, seam.queries, seam.width};
  std::vector<PlainTerm<T>> terms = plain_terms<T>(seam, numbers);
  Plain<T> value(keys, {}, &value_numbers), d_value(keys, {}, nullptr), out(queries, {}, nullptr), dy(queries, {}, &dy_numbers),
      lse({seam.batch, seam.heads, seam.queries, 1}, {}, nullptr);
  Mask mask;
  mask.causal = seam.causal;
  mask.query_offset = seam.query_offset;
  mask.window = seam.window;
  if (!seam.key_lengths.empty())
    mask.key_lengths = ConstView({{seam.batch, 1, 1, 1}, {1, 1, 1, 1}, DType::i32, Place::host}, seam.key_lengths.data());
  for (std::int64_t b = 0; b < seam.batch; ++b) {
    for (std::int64_t h = 0; h < seam.heads; ++h) {
      for (std::int64_t i = 0; i < seam.queries; ++i) {
        const KeyRange visible = visible_keys(mask, b, i, seam.keys);
        std::vector<T> p, dp;
        T largest = -std::numeric_limits<T>::infinity(), total = 0, mean = 0;
        for (std::int64_t j = visible.begin; j < visible.end; ++j) {
          T logit = 0;
          for (PlainTerm<T>& term : terms) logit += term.logit(b, h, i, j, style.descending);
          p.push_back(logit);
          largest = std::max(largest, logit);
        }
        for (T& x : p) x = std::exp(x - largest);
        total = style.descending ? std::accumulate(p.rbegin(), p.rend(), T(0)) : std::accumulate(p.begin(), p.end(), T(0));
        lse.at(b, h, i, 0) = !visible.empty() ? largest + std::log(total) : largest;
        for (T& x : p) x /= total;
        dp.resize(p.size());
        for (std::int64_t n = 0; n < std::ssize(p); ++n) {
          const std::int64_t j = style.descending ? visible.end - 1 - n : visible.begin + n;
          const T share = p[static_cast<std::size_t>(j - visible.begin)];
          const T keep = seam.dropout.rate == 0
                             ? T(1)
                             : static_cast<T>(dropout_factor(seam.dropout.rate, seam.dropout.seed, static_cast<std::uint64_t>(b),
                                                             static_cast<std::uint64_t>(h), static_cast<std::uint64_t>(i),
                                                             static_cast<std::uint64_t>(j)));
          T dot = 0;
          for (std::int64_t d = 0; d < seam.width; ++d) {
            out.at(b, h, i, d) += keep * share * value.at(b, h, j, d);
            d_value.at(b, h, j, d) += keep * share * dy.at(b, h, i, d);
            dot += dy.at(b, h, i, d) * value.at(b, h, j, d);
          }
          dp[static_cast<std::size_t>(j - visible.begin)] = keep * dot;
          mean += share * keep * dot;
        }
        if (style.mean_from_out) {  // the same number: sum_j P_ij dP_ij = dO_i . O_i
          mean = 0;
          for (std::int64_t d = 0; d < seam.width; ++d) mean += dy.at(b, h, i, d) * out.at(b, h, i, d);
        }
        for (std::int64_t j = visible.begin; j < visible.end; ++j) {
          const auto k = static_cast<std::size_t>(j - visible.begin);
          for (PlainTerm<T>& term : terms) term.backward(b, h, i, j, p[k] * (dp[k] - mean));
        }
      }
    }
  }
  Results all{{"out", widened(out.numbers)}, {"lse", widened(lse.numbers)}, {"grad.value", widened(d_value.numbers)}};
  for (std::size_t t = 0; t < terms.size(); ++t) {
    const std::string prefix = "grad.term" + std::to_string(t) + ".";
    all[prefix + "lhs"] = widened(terms[t].d_lhs.numbers);
    if (terms[t].about.kind != TermKind::table) all[prefix + "rhs"] = widened(terms[t].d_rhs.numbers);
  }
  return all;
}

template Results plain_attention<float>(const SeamCase&, const SeamProblem&, PlainStyle);
template Results plain_attention<double>(const SeamCase&, const SeamProblem&, PlainStyle);

std::map<std::string, double> plain_errors(const SeamCase& seam, const SeamProblem& numbers, const Results& truth) {
  std::map<std::string, double> errors;
  for (const PlainStyle style : {PlainStyle{false, false}, {false, true}, {true, false}, {true, true}}) {
    const Results plain = plain_attention<float>(seam, numbers, style);
    for (const auto& [tensor, exact] : truth) errors[tensor] = std::max(errors[tensor], error_norm(plain.at(tensor), exact));
  }
  return errors;
}

double largest_logit(const SeamCase& seam, const SeamProblem& numbers) {
  std::vector<PlainTerm<double>> terms = plain_terms<double>(seam, numbers);
  double largest = 0;
  for (std::int64_t b = 0; b < seam.batch; ++b) {
    for (std::int64_t h = 0; h < seam.heads; ++h) {
      for (std::int64_t i = 0; i < seam.queries; ++i) {
        for (std::int64_t j = 0; j < seam.keys; ++j) {
          double logit = 0;
          for (PlainTerm<double>& term : terms) logit += term.logit(b, h, i, j);
          largest = std::max(largest, std::abs(logit));
        }
      }
    }
  }
  return largest;
}

}  // namespace synthbench
