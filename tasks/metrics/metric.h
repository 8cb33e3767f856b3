#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/registry.h"

namespace synthbench {

/// What is scored: a hypothesis for each segment, and one or more references for each. UTF-8.
struct MetricTexts {
  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::string>> references;  ///< [stream][segment]
};

/// Everything that a user can choose; each metric reads what concerns it and says so in its signature. Names: sacreBLEU's.
struct MetricOptions {
  std::string tokenize = "13a";          ///< BLEU
  std::string smooth_method = "exp";     ///< BLEU: exp floor add-k none
  std::optional<double> smooth_value{};  ///< BLEU: of floor (0.1) and add-k (1)
  bool lowercase = false;                ///< BLEU
  bool effective_order = false;          ///< BLEU: orders that a text is too short for do not count; for single segments
  int chrf_char_order = 6;
  std::optional<int> chrf_word_order{};  ///< 0 for chrf, 2 for chrf++
  int chrf_beta = 2;
  bool chrf_lowercase = false;
  bool ter_case_sensitive = false, ter_normalized = false, ter_no_punct = false, ter_asian_support = false;
  bool stem = false;           ///< ROUGE
  std::string unit = "token";  ///< perplexity, bits_per_unit: what the counts of the reference count; token word byte
  std::string vectors{};       ///< embedding-average: file of word vectors
  std::string wordnet_dir{};   ///< meteor-wordnet: folder of WordNet's database; empty: where Debian puts it
  std::string meteor_jar{};    ///< meteor: the jar of METEOR 1.5
};

/// Sufficient statistics, a row of numbers for each unit (segment, question). What a corpus scores follows from the sum of its
/// rows, so that resampling a corpus costs no second look at the texts.
struct Rows {
  std::size_t width = 0;
  std::vector<double> numbers;  ///< row after row

  std::size_t size() const { return width == 0 ? 0 : numbers.size() / width; }
  std::span<const double> operator[](std::size_t row) const { return {numbers.data() + row * width, width}; }
  void add(std::span<const double> row);
  std::vector<double> sum() const;
};

/// "nrefs:1", "case:mixed" ...: what can move a score, in the order in which it is printed.
using SignatureFields = std::vector<std::pair<std::string, std::string>>;

/// What a metric found in some texts. Either rows and value_of_sums, or the value alone.
struct SegmentSums {
  std::size_t n = 0;  ///< segments or labels; of perplexity units
  SignatureFields signature{};
  Rows rows{};
  std::function<double(std::span<const double> sums)> value_of_sums{};
  std::optional<double> value{};        ///< absent: undefined, such as a correlation with a constant
  std::vector<std::string> warnings{};  ///< one line each
};

/// One metric. Adding one is a file with `metrics().add("name", {...})` and its line in tasks/CMakeLists.txt.
struct Metric {
  std::string summary;  ///< one line for `ls metrics`
  std::string scale;    ///< "0-100", "0-1"
  std::string better = "higher";
  std::string listed_with{};  ///< a variable of the environment without which `ls metrics` leaves this one out; empty: always listed
  /// MetricTexts hold at least one segment, and references of the same number.
  std::function<SegmentSums(const MetricTexts&, const MetricOptions&)> measure;
};

Registry<Metric>& metrics();

struct Score {
  std::string metric, signature;  ///< "bleu|nrefs:1|case:mixed|...|v:synthbench.0.1.0"
  std::optional<double> value;
  std::size_t n = 0;
  std::vector<std::string> warnings;
};

/// Throws NothingDone when there is no segment, UserError when the numbers of lines differ or an option is wrong.
SegmentSums measure(const std::string& metric, const MetricTexts& texts, const MetricOptions& options);
/// more: fields that stand before the version, such as those of a significance test.
Score score_of(const std::string& metric, const SegmentSums& measured, const SignatureFields& more = {});
Score score(const std::string& metric, const MetricTexts& texts, const MetricOptions& options = {});

/// "nrefs:N", which every signature starts with.
std::pair<std::string, std::string> nrefs(const MetricTexts& texts);
inline std::string yes_no(bool is) { return is ? "yes" : "no"; }

/// Rows of a mean over segments: (value, 1) each.
SegmentSums mean_over_segments(std::span<const double> values, SignatureFields signature);

}  // namespace synthbench
