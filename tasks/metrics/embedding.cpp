// embedding-average = mean over segments of the best cosine, over references, of Σ v(w) of the hypothesis and Σ v(w) of the reference
//
// Words are what blanks separate; those without a vector are left out, and a segment without any scores 0.
// Source: Wieting et al., ICLR 2016; nlg-eval (Sharma et al. 2017), EmbeddingAverageCosineSimilarity, which tokenizes by NLTK.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "tasks/data_file.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/number_lines.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

using Vector = std::vector<double>;

/// The vectors of the words that some texts use; empty ones for words that the file does not have.
class WordVectors {
 public:
  WordVectors(const std::string& path, const MetricTexts& texts) : path_(path) {
    want(texts.hypotheses);
    for (const std::vector<std::string>& stream : texts.references) want(stream);
    const auto bytes = read_data_file(path);
    if (!bytes) throw UserError("cannot read " + path + ": no such file");
    hash_ = sha256(*bytes).substr(0, 12);
    std::string_view rest = *bytes;
    for (std::size_t line = 1; !rest.empty(); ++line) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      read_line(strip(rest.substr(0, end)), line);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (width_ == 0) throw UserError(path + " holds no word vectors: a word and its numbers a line");
  }

  Vector sum(const std::string& text) const {
    Vector out(width_, 0.0);
    for (const std::string_view word : split_at_blanks(text)) {
      const Vector& vector = vectors_.at(std::string(word));
      for (std::size_t k = 0; k < vector.size(); ++k) out[k] += vector[k];
    }
    return out;
  }
  const std::string& hash() const { return hash_; }

 private:
  void want(const std::vector<std::string>& lines) {
    for (const std::string& line : lines) {
      for (const std::string_view word : split_at_blanks(line)) vectors_[std::string(word)];
    }
  }

  /// "WORD x x x ..." as GloVe and fastText write it; the latter's first line, "COUNT WIDTH", is no vector.
  void read_line(std::string_view text, std::size_t line) {
    const std::size_t blank = text.find(' ');
    if (blank == std::string_view::npos) return;
    const std::vector<std::string_view> numbers = split_at_blanks(text.substr(blank + 1));
    if (line == 1 && numbers.size() == 1) return;
    if (width_ == 0) width_ = numbers.size();
    if (numbers.size() != width_) {
      throw UserError(fmt::format("{}:{}: {} numbers, the lines before have {}", path_, line, numbers.size(), width_));
    }
    const auto wanted = vectors_.find(std::string(text.substr(0, blank)));
    if (wanted == vectors_.end() || !wanted->second.empty()) return;
    for (const std::string_view number : numbers) wanted->second.push_back(number_in(number, fmt::format("{}:{}", path_, line)));
  }

  std::string path_, hash_;
  std::unordered_map<std::string, Vector> vectors_;
  std::size_t width_ = 0;
};

double cosine(const Vector& a, const Vector& b) {
  double product = 0, aa = 0, bb = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    product += a[k] * b[k];
    aa += a[k] * a[k];
    bb += b[k] * b[k];
  }
  return aa == 0 || bb == 0 ? 0 : product / std::sqrt(aa) / std::sqrt(bb);
}

SegmentSums embedding_average(const MetricTexts& texts, const MetricOptions& options) {
  if (options.vectors.empty()) throw UserError("embedding-average needs word vectors: --vectors FILE, a word and its numbers a line");
  const WordVectors vectors(options.vectors, texts);
  std::vector<double> values;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    const Vector hypothesis = vectors.sum(texts.hypotheses[i]);
    double best = -1;
    for (const std::vector<std::string>& stream : texts.references) best = std::max(best, cosine(hypothesis, vectors.sum(stream[i])));
    values.push_back(best);
  }
  return mean_over_segments(values, {nrefs(texts), {"tok", "blanks"}, {"unknown", "left-out"}, {"vectors", vectors.hash()}});
}

const bool registered = metrics().add(
    "embedding-average",
    {.summary = "cosine of summed word vectors, from a file that --vectors names", .scale = "-1-1", .measure = embedding_average});

}  // namespace
}  // namespace synthbench
