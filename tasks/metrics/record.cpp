// ReCoRD: an answer is compared with every gold answer of its question, which stand in one line between tabs; the best one counts.
//
// record_em   1 where the normalised texts are equal
// record_f1   2PR / (P + R) of the words of the normalised texts
//
// Normalised: lower case, without ASCII punctuation, without the words a, an, the, blanks as one (tokenize.h, squad_words).
// Source: Zhang et al., arXiv 1810.12885, and its evaluate.py (that of SQuAD 1.1); SuperGLUE: Wang et al. 2019.
#include <algorithm>

#include "harness/base/words.h"
#include "tasks/metrics/label_lines.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/ngrams.h"
#include "tasks/metrics/tokenize.h"

namespace synthbench {
namespace {

double exact_match(const std::vector<std::string>& a, const std::vector<std::string>& b) { return a == b ? 1 : 0; }

double word_f1(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  Vocabulary vocabulary;
  const auto numbers = [&](const std::vector<std::string>& words) {
    return vocabulary.numbers(std::vector<std::string_view>(words.begin(), words.end()));
  };
  const Sequence ours = numbers(a), theirs = numbers(b);
  const double common = matched_ngrams(ours, std::span(&theirs, 1), 1).front();
  return common == 0 ? 0 : 2 * common / static_cast<double>(a.size() + b.size());
}

using Compare = double (*)(const std::vector<std::string>&, const std::vector<std::string>&);

Metric record_metric(std::string summary, Compare compare) {
  const auto measure = [compare](const MetricTexts& texts, const MetricOptions&) {
    std::vector<double> best(texts.hypotheses.size(), 0.0);
    for (std::size_t i = 0; i < best.size(); ++i) {
      const std::vector<std::string> answer = squad_words(entry_of(texts.hypotheses, i));
      for (const std::vector<std::string>& stream : texts.references) {
        const std::string_view answers = entry_of(stream, i);
        refuse_hidden(answers, i + 1);
        for (const std::string& gold : split(answers, '\t')) best[i] = std::max(best[i], compare(answer, squad_words(gold)));
      }
    }
    return mean_over_segments(best, {{"answers", "best"}, {"norm", "squad"}});
  };
  return {.summary = std::move(summary), .scale = "0-1", .measure = measure};
}

const bool registered = metrics().add("record_em", record_metric("ReCoRD: share of answers that equal a gold answer", exact_match)) &&
                        metrics().add("record_f1", record_metric("ReCoRD: F1 of words against the best gold answer", word_f1));

}  // namespace
}  // namespace synthbench
