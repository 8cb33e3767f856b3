// ROUGE of a segment is F = 2PR / (P + R), and the metric the mean of F over segments; of several references the best F counts.
//
// rouge1, rouge2   P, R: common n-grams / those of the hypothesis, of the reference
// rougeL           P, R: longest common subsequence / words of the hypothesis, of the reference
// rougeLsum        the same over sentences, which end at line breaks: of each sentence of the reference, the union of the
//                  subsequences that it has in common with the sentences of the hypothesis; no word counts twice
//
// Words are runs of [a-z0-9] in lower case; with the stemmer those of more than three letters are stemmed.
// Source: Lin, ACL workshop 2004; rouge-score 0.1.2, rouge_scorer.py. ROUGE-L of captions is another: rougeL-coco.
#include <algorithm>
#include <map>

#include "tasks/metrics/lcs.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/ngrams.h"
#include "tasks/metrics/tokenize.h"

namespace synthbench {
namespace {

double f_measure(double matched, double of_hypothesis, double of_reference) {
  if (of_hypothesis == 0 || of_reference == 0) return 0;
  const double precision = matched / of_hypothesis, recall = matched / of_reference;
  return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

class Words {
 public:
  explicit Words(bool stem) : stem_(stem) {}
  Sequence operator()(std::string_view text) {
    const std::vector<std::string> tokens = rouge_tokens(text, stem_);
    const std::vector<std::string_view> views(tokens.begin(), tokens.end());
    return vocabulary_.numbers(views);
  }
  std::vector<Sequence> sentences(std::string_view text) {
    std::vector<Sequence> out;
    for (const std::string& line : split(text, '\n')) out.push_back((*this)(line));
    return out;
  }

 private:
  Vocabulary vocabulary_;
  bool stem_;
};

template <int order>
double rouge_n(Words& words, const std::string& hypothesis, const std::string& reference) {
  const Sequence a = words(hypothesis), b = words(reference);
  const double matched = matched_ngrams(a, std::span(&b, 1), order).back();
  return f_measure(matched, count_ngrams(a.size(), order), count_ngrams(b.size(), order));
}

double rouge_l(Words& words, const std::string& hypothesis, const std::string& reference) {
  const Sequence a = words(hypothesis), b = words(reference);
  return f_measure(static_cast<double>(lcs_length(b, a)), static_cast<double>(a.size()), static_cast<double>(b.size()));
}

using Counts = std::map<std::uint32_t, std::size_t>;

Counts count_words(const std::vector<Sequence>& sentences) {
  Counts counts;
  for (const Sequence& sentence : sentences) {
    for (const std::uint32_t word : sentence) ++counts[word];
  }
  return counts;
}

double total(const Counts& counts) {
  double sum = 0;
  for (const auto& [word, count] : counts) sum += static_cast<double>(count);
  return sum;
}

double rouge_lsum(Words& words, const std::string& hypothesis, const std::string& reference) {
  const std::vector<Sequence> ours = words.sentences(hypothesis), theirs = words.sentences(reference);
  Counts left_of_ours = count_words(ours), left_of_theirs = count_words(theirs);
  const double of_hypothesis = total(left_of_ours), of_reference = total(left_of_theirs);
  double matched = 0;
  for (const Sequence& sentence : theirs) {
    std::vector<bool> in_common(sentence.size(), false);
    for (const Sequence& candidate : ours) {
      for (const std::size_t place : lcs_places(sentence, candidate)) in_common[place] = true;
    }
    for (std::size_t i = 0; i < sentence.size(); ++i) {
      if (!in_common[i] || left_of_ours[sentence[i]] == 0 || left_of_theirs[sentence[i]] == 0) continue;
      --left_of_ours[sentence[i]];
      --left_of_theirs[sentence[i]];
      ++matched;
    }
  }
  return f_measure(matched, of_hypothesis, of_reference);
}

using Rouge = double (*)(Words&, const std::string& hypothesis, const std::string& reference);

Metric rouge_metric(std::string summary, Rouge rouge, SignatureFields more = {}) {
  const auto measure = [rouge, more](const MetricTexts& texts, const MetricOptions& options) {
    Words words(options.stem);
    std::vector<double> best(texts.hypotheses.size(), 0.0);
    for (const std::vector<std::string>& stream : texts.references) {
      for (std::size_t i = 0; i < best.size(); ++i) best[i] = std::max(best[i], rouge(words, texts.hypotheses[i], stream[i]));
    }
    SignatureFields signature = {nrefs(texts), {"tok", "rouge"}, {"stem", options.stem ? "porter" : "no"}};
    signature.insert(signature.end(), more.begin(), more.end());
    signature.emplace_back("agg", "mean-f1");
    return mean_over_segments(best, std::move(signature));
  };
  return {.summary = std::move(summary), .scale = "0-1", .measure = measure};
}

const bool registered = metrics().add("rouge1", rouge_metric("words in common, F1; equal to rouge-score", rouge_n<1>)) &&
                        metrics().add("rouge2", rouge_metric("pairs of words in common, F1; equal to rouge-score", rouge_n<2>)) &&
                        metrics().add("rougeL", rouge_metric("longest common subsequence, F1; equal to rouge-score", rouge_l)) &&
                        metrics().add("rougeLsum", rouge_metric("longest common subsequences by sentence, F1; equal to rouge-score",
                                                                rouge_lsum, {{"split", "newline"}}));

}  // namespace
}  // namespace synthbench
