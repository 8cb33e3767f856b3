// CIDEr-D = mean over segments and references of 10/4 · Σ_{n=1..4} exp(-(l_h - l_r)² / 2σ²) · Σ_g min(h_g, r_g) r_g / (|h| |r|)
// h_g = count of n-gram g · (ln N - ln max(1, segments in whose references g is)), N: segments; r_g alike; l: pairs of words; σ = 6
//
// The weights come from the references that are scored: one segment alone has none, and scores 0.
// Source: Vedantam et al., CVPR 2015; coco-caption, cider_scorer.py (which is the -D form), as nlg-eval calls it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>
#include <unordered_set>

#include "harness/base/sha256.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

constexpr std::size_t kOrders = 4;
constexpr double kSigma = 6;

/// N-grams as texts, words joined by a blank: no word holds one.
using Counts = std::unordered_map<std::string, double>;
using CountsByOrder = std::array<Counts, kOrders>;

CountsByOrder ngrams_of(const std::string& line) {
  const std::vector<std::string_view> words = split_at_blanks(line);
  CountsByOrder counts;
  for (std::size_t start = 0; start < words.size(); ++start) {
    std::string ngram;
    for (std::size_t n = 0; n < kOrders && start + n < words.size(); ++n) {
      if (n > 0) ngram += ' ';
      ngram += words[start + n];
      ++counts[n][ngram];
    }
  }
  return counts;
}

/// In the references of how many segments each n-gram is.
Counts document_frequencies(const MetricTexts& texts) {
  Counts frequencies;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    std::unordered_set<std::string> seen;
    for (const std::vector<std::string>& stream : texts.references) {
      for (const Counts& counts : ngrams_of(stream[i])) {
        for (const auto& [ngram, count] : counts) seen.insert(ngram);
      }
    }
    for (const std::string& ngram : seen) ++frequencies[ngram];
  }
  return frequencies;
}

struct Weighted {
  CountsByOrder weights;
  std::array<double, kOrders> length{};  ///< Euclidean
  double pairs = 0;
};

class Weigher {
 public:
  explicit Weigher(const MetricTexts& texts)
      : frequencies_(document_frequencies(texts)), log_segments_(std::log(static_cast<double>(texts.hypotheses.size()))) {}

  Weighted operator()(const std::string& line) const {
    Weighted out{.weights = ngrams_of(line)};
    for (const auto& [ngram, count] : out.weights[1]) out.pairs += count;
    for (std::size_t n = 0; n < kOrders; ++n) {
      double squares = 0;
      for (auto& [ngram, weight] : out.weights[n]) {
        const auto found = frequencies_.find(ngram);
        weight *= log_segments_ - std::log(std::max(1.0, found == frequencies_.end() ? 0.0 : found->second));
        squares += weight * weight;
      }
      out.length[n] = std::sqrt(squares);
    }
    return out;
  }

 private:
  Counts frequencies_;
  double log_segments_;
};

double similarity(const Weighted& hypothesis, const Weighted& reference) {
  const double apart = hypothesis.pairs - reference.pairs;
  double sum = 0;
  for (std::size_t n = 0; n < kOrders; ++n) {
    double product = 0;
    for (const auto& [ngram, weight] : hypothesis.weights[n]) {
      const auto found = reference.weights[n].find(ngram);
      if (found != reference.weights[n].end()) product += std::min(weight, found->second) * found->second;
    }
    const double lengths = hypothesis.length[n] * reference.length[n];
    sum += lengths == 0 ? product : product / lengths;
  }
  return sum / kOrders * std::exp(-apart * apart / (2 * kSigma * kSigma));
}

/// What the weights come from.
std::string corpus_hash(const MetricTexts& texts) {
  std::string all;
  for (const std::vector<std::string>& stream : texts.references) {
    for (const std::string& line : stream) all.append(line).append(1, '\n');
  }
  return sha256(all).substr(0, 12);
}

SegmentSums cider_d(const MetricTexts& texts, const MetricOptions&) {
  const Weigher weigh(texts);
  std::vector<double> values;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    const Weighted hypothesis = weigh(texts.hypotheses[i]);
    double sum = 0;
    for (const std::vector<std::string>& stream : texts.references) sum += similarity(hypothesis, weigh(stream[i]));
    values.push_back(10 * sum / static_cast<double>(texts.references.size()));
  }
  SegmentSums measured =
      mean_over_segments(values, {nrefs(texts), {"tok", "blanks"}, {"n", "4"}, {"sigma", "6"}, {"idf", corpus_hash(texts)}});
  if (values.size() < 100) {
    measured.warnings = {fmt::format("cider-d: its word weights come from {} segments; below 100 the value says little", values.size())};
  }
  return measured;
}

const bool registered = metrics().add(
    "cider-d", {.summary = "weighted n-grams of captions and dialogue; equal to nlg-eval's CIDEr", .scale = "0-10", .measure = cider_d});

}  // namespace
}  // namespace synthbench
