// Metrics of captions and dialogue, on words between blanks.
//
// bleu-N        (Π_{n ≤ N} p_n)^{1/N} · BP, as bleu but on words as they come, on a scale of 0 to 1 and without smoothing but for
//               the tiny numbers that keep coco-caption from dividing by 0: p_n = (matches + 1e-15) / (n-grams + 1e-9)
// rougeL-coco   mean over segments of (1 + β²) P R / (R + β² P), β = 1.2; P and R: longest common subsequence / words of the
//               hypothesis, of the reference, each the best over references apart
//
// Source: coco-caption (Chen et al. 2015), bleu_scorer.py, rouge.py, as nlg-eval (Sharma et al. 2017) calls them. rouge.py parts words at
// each single blank; here, for it too, any run of blanks does.
#include <algorithm>
#include <array>
#include <cmath>

#include "tasks/metrics/lcs.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/ngrams.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

/// The words of each segment as numbers: hypotheses, then the references of segment i.
class Captions {
 public:
  explicit Captions(const MetricTexts& texts) {
    for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
      hypotheses.push_back(words(texts.hypotheses[i]));
      references.emplace_back();
      for (const std::vector<std::string>& stream : texts.references) references.back().push_back(words(stream[i]));
    }
  }
  std::vector<Sequence> hypotheses;
  std::vector<std::vector<Sequence>> references;

 private:
  Sequence words(const std::string& line) { return vocabulary_.numbers(split_at_blanks(line)); }
  Vocabulary vocabulary_;
};

constexpr double kTiny = 1e-15, kSmall = 1e-9;  // coco-caption's

/// Sums: words of the hypotheses, of the nearest references, then matches and n-grams by order.
double bleu_of_sums(std::span<const double> sums, std::size_t orders) {
  double product = 1;
  for (std::size_t n = 0; n < orders; ++n) product *= (sums[2 + 2 * n] + kTiny) / (sums[3 + 2 * n] + kSmall);
  const double ratio = (sums[0] + kTiny) / (sums[1] + kSmall);
  return std::pow(product, 1.0 / static_cast<double>(orders)) * (ratio < 1 ? std::exp(1 - 1 / ratio) : 1);
}

template <std::size_t orders>
SegmentSums caption_bleu(const MetricTexts& texts, const MetricOptions&) {
  const Captions captions(texts);
  SegmentSums measured{.n = texts.hypotheses.size(), .signature = {nrefs(texts), {"tok", "blanks"}, {"ref", "closest"}, {"impl", "coco"}}};
  for (std::size_t i = 0; i < captions.hypotheses.size(); ++i) {
    const Sequence& hypothesis = captions.hypotheses[i];
    const std::vector<double> matched = matched_ngrams(hypothesis, captions.references[i], orders);
    std::vector<double> row = {static_cast<double>(hypothesis.size()),
                               static_cast<double>(nearest_length(hypothesis.size(), captions.references[i]))};
    for (std::size_t n = 0; n < orders; ++n) {
      row.insert(row.end(), {matched[n], count_ngrams(hypothesis.size(), static_cast<int>(n) + 1)});
    }
    measured.rows.add(row);
  }
  measured.value_of_sums = [](std::span<const double> sums) { return bleu_of_sums(sums, orders); };
  return measured;
}

SegmentSums rouge_l_coco(const MetricTexts& texts, const MetricOptions&) {
  constexpr double kBeta = 1.2;
  const Captions captions(texts);
  std::vector<double> values;
  for (std::size_t i = 0; i < captions.hypotheses.size(); ++i) {
    const Sequence& hypothesis = captions.hypotheses[i];
    double precision = 0, recall = 0;
    for (const Sequence& reference : captions.references[i]) {
      const auto common = static_cast<double>(lcs_length(hypothesis, reference));
      if (common == 0) continue;
      precision = std::max(precision, common / static_cast<double>(hypothesis.size()));
      recall = std::max(recall, common / static_cast<double>(reference.size()));
    }
    const double below = recall + kBeta * kBeta * precision;
    values.push_back(below == 0 ? 0 : (1 + kBeta * kBeta) * precision * recall / below);
  }
  return mean_over_segments(values, {nrefs(texts), {"tok", "blanks"}, {"beta", "1.2"}, {"impl", "coco"}});
}

Metric bleu_metric(std::string what, SegmentSums (*measure)(const MetricTexts&, const MetricOptions&)) {
  return {.summary = "BLEU of captions and dialogue, " + what + "; equal to nlg-eval", .scale = "0-1", .measure = measure};
}

const bool registered =
    metrics().add("bleu-1", bleu_metric("single words", caption_bleu<1>)) &&
    metrics().add("bleu-2", bleu_metric("up to 2 words", caption_bleu<2>)) &&
    metrics().add("bleu-3", bleu_metric("up to 3 words", caption_bleu<3>)) &&
    metrics().add("bleu-4", bleu_metric("up to 4 words", caption_bleu<4>)) &&
    metrics().add("rougeL-coco",
                  {.summary = "ROUGE-L of captions and dialogue, beta 1.2; equal to nlg-eval", .scale = "0-1", .measure = rouge_l_coco});

}  // namespace
}  // namespace synthbench
