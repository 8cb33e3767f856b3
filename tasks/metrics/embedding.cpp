// embedding-average = mean over segments of the best cosine, over references, of Σ v(w) of the hypothesis and Σ v(w) of the reference
//
// Words are what blanks separate; those without a vector are left out, and a segment without any scores 0.
// Source: Wieting et al., ICLR 2016; nlg-eval (Sharma et al. 2017), EmbeddingAverageCosineSimilarity, which tokenizes by NLTK.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <unordered_map>

#include "harness/base/error.h"
#include "tasks/data_file.h"
#include "tasks/datasets/line_reader.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/number_lines.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

using Vector = std::vector<double>;

/// The vectors of the words that some texts use; empty ones for words that the file does not have. The file, of some gigabytes, goes by
/// line by line.
class WordVectors {
 public:
  WordVectors(const std::string& path, const MetricTexts& texts) {
    want(texts.hypotheses);
    for (const std::vector<std::string>& stream : texts.references) want(stream);
    const auto tally = std::make_shared<Tally>();
    const Stream stream = open_data_file(path, tally);
    if (!stream) throw UserError("cannot read " + path + ": no such file");
    StreamLines lines(stream, StreamLines::Bytes::any);
    for (std::string_view line; lines.next(line);) take(line, lines);
    if (width_ == 0) throw UserError(path + " holds no word vectors: a word and its numbers a line");
    hash_ = tally->sum.hex().substr(0, 12);
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

  /// "WORD x x x ..." as GloVe and fastText write it; the latter's first line, "COUNT WIDTH", is no vector. The numbers are what stands
  /// last: GloVe's words hold blanks of ASCII (". . .") and of Unicode.
  void take(std::string_view line, const StreamLines& lines) {
    std::vector<std::string_view> fields = split_at_ascii_blanks(line);
    if (fields.size() < 2 || (lines.number() == 1 && fields.size() == 2)) return;
    if (width_ == 0) width_ = fields.size() - 1;
    const bool without_word = fields.size() == width_ && line.starts_with(' ');
    if (fields.size() <= width_ && !without_word) {
      throw UserError(fmt::format("{}: {} numbers, the lines before have {}", lines.where(), fields.size() - 1, width_));
    }
    const auto numbers = std::span(fields).last(width_);
    const std::string_view word = line.substr(0, static_cast<std::size_t>(numbers.front().data() - line.data()));
    const auto wanted = vectors_.find(std::string(word.substr(0, word.find_last_not_of(kAsciiBlanks) + 1)));
    if (wanted == vectors_.end() || !wanted->second.empty()) return;
    for (const std::string_view number : numbers) wanted->second.push_back(number_in(number, lines.where()));
  }

  static constexpr std::string_view kAsciiBlanks = " \t";
  static std::vector<std::string_view> split_at_ascii_blanks(std::string_view line) {
    std::vector<std::string_view> fields;
    for (std::size_t start = 0, end = 0; (start = line.find_first_not_of(kAsciiBlanks, end)) != std::string_view::npos;) {
      end = std::min(line.find_first_of(kAsciiBlanks, start), line.size());
      fields.push_back(line.substr(start, end - start));
    }
    return fields;
  }

  std::string hash_;
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
