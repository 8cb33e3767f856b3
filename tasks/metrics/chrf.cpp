// chrF = 100 · (1 + β²) P R / (β² P + R): P and R are means, over n-grams of 1 ... 6 characters without blanks and 0 ... w words, of
// matches / n-grams of the hypotheses, of the references, summed over the corpus; an order that one side lacks does not count.
// Of several references of a segment the one with the best F counts. chrf: w = 0; chrf++: w = 2, with punctuation apart from words.
//
// Source: Popović, WMT 2015 and 2017; sacreBLEU 2.6, metrics/chrf.py (without whitespace, without epsilon smoothing).
#include <algorithm>

#include "tasks/metrics/metric.h"
#include "tasks/metrics/ngrams.h"
#include "tasks/metrics/tokenize.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

struct Orders {
  int characters, words, beta;
  std::size_t all() const { return static_cast<std::size_t>(characters + words); }
};

/// Per order: n-grams of the hypothesis, of the reference, matches.
constexpr std::size_t kPerOrder = 3;

double f_score(std::span<const double> sums, const Orders& orders) {
  double precision = 0, recall = 0, counted = 0;
  for (std::size_t n = 0; n < orders.all(); ++n) {
    const double hypothesis = sums[kPerOrder * n], reference = sums[kPerOrder * n + 1], matched = sums[kPerOrder * n + 2];
    if (hypothesis <= 0 || reference <= 0) continue;
    precision += matched / hypothesis;
    recall += matched / reference;
    ++counted;
  }
  if (precision + recall == 0) return 0;
  precision /= counted;
  recall /= counted;
  const double factor = orders.beta * orders.beta;
  return 100 * (1 + factor) * precision * recall / (factor * precision + recall);
}

struct Segment {
  Sequence characters, words;
};

class Reader {
 public:
  Reader(const Orders& orders, bool lowercase) : with_words_(orders.words > 0), lowercase_(lowercase) {}

  Segment operator()(const std::string& line) {
    const std::string text = lowercase_ ? lower_case(line) : line;
    Segment segment;
    for (const char32_t c : code_points(text)) {
      if (!is_blank(c)) segment.characters.push_back(static_cast<std::uint32_t>(c) + 1);  // 0 is no word of a sequence
    }
    if (with_words_) segment.words = vocabulary_.numbers(chrf_words(text));
    return segment;
  }

 private:
  Vocabulary vocabulary_;
  bool with_words_, lowercase_;
};

void add_orders(std::vector<double>& row, const Sequence& hypothesis, const Sequence& reference, int max_order) {
  const std::vector<double> matched = matched_ngrams(hypothesis, std::span(&reference, 1), max_order);
  for (int n = 1; n <= max_order; ++n) {
    const double of_reference = count_ngrams(reference.size(), n);
    const double of_hypothesis = of_reference == 0 ? 0 : count_ngrams(hypothesis.size(), n);  // sacreBLEU's rule
    row.insert(row.end(), {of_hypothesis, of_reference, matched[static_cast<std::size_t>(n) - 1]});
  }
}

Rows rows_of(const MetricTexts& texts, const Orders& orders, bool lowercase) {
  Reader read(orders, lowercase);
  Rows rows;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    const Segment hypothesis = read(texts.hypotheses[i]);
    std::vector<double> best;
    double best_f = -1;
    for (const std::vector<std::string>& stream : texts.references) {
      const Segment reference = read(stream[i]);
      std::vector<double> row;
      add_orders(row, hypothesis.characters, reference.characters, orders.characters);
      if (orders.words > 0) add_orders(row, hypothesis.words, reference.words, orders.words);
      const double f = f_score(row, orders);
      if (f > best_f) best = std::move(row), best_f = f;
    }
    rows.add(best);
  }
  return rows;
}

Metric chrf_metric(std::string summary, int word_order) {
  const auto measure = [word_order](const MetricTexts& texts, const MetricOptions& options) {
    const Orders orders{options.chrf_char_order, options.chrf_word_order.value_or(word_order), options.chrf_beta};
    return SegmentSums{.n = texts.hypotheses.size(),
                       .signature = {nrefs(texts),
                                     {"case", options.chrf_lowercase ? "lc" : "mixed"},
                                     {"eff", "yes"},
                                     {"nc", std::to_string(orders.characters)},
                                     {"nw", std::to_string(orders.words)},
                                     {"space", "no"},
                                     {"beta", std::to_string(orders.beta)}},
                       .rows = rows_of(texts, orders, options.chrf_lowercase),
                       .value_of_sums = [orders](std::span<const double> sums) { return f_score(sums, orders); }};
  };
  return {.summary = std::move(summary), .scale = "0-100", .measure = measure};
}

const bool registered = metrics().add("chrf", chrf_metric("n-grams of 1 to 6 characters, F2; equal to sacreBLEU", 0)) &&
                        metrics().add("chrf++", chrf_metric("chrf with n-grams of 1 and 2 words; equal to sacreBLEU", 2));

}  // namespace
}  // namespace synthbench
