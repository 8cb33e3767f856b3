#include "harness/cli/metric_flags.h"

#include <charconv>

#include "harness/base/error.h"
#include "tasks/metrics/tokenize.h"

namespace synthbench {
namespace {

double number_of(const FlagValue& flag) {
  double value = 0;
  const char* end = flag.text.data() + flag.text.size();
  const auto [stop, error] = std::from_chars(flag.text.data(), end, value);
  if (error != std::errc() || stop != end) throw UserError(flag.where + ": not a number");
  return value;
}

/// Far above what any text needs; n-grams of more words would only cost time.
constexpr std::int64_t kMostOrders = 100;

int order_of(const FlagValue& flag, std::int64_t least, int fallback) {
  const std::int64_t order = count_of(flag, least, fallback);
  if (order > kMostOrders) throw UserError(flag.where + ": more than " + std::to_string(kMostOrders));
  return static_cast<int>(order);
}

}  // namespace

void MetricFlags::declare(FlagSet& flags) {
  flags.group("BLEU");
  flags.value("--tokenize", tokenize_, "NAME", "13a (Western text, the default), intl, char, zh, none", bleu_tokenizers());
  flags.value("--smooth-method", smooth_method_, "NAME", "exp (default), floor, add-k, none", {"exp", "floor", "add-k", "none"});
  flags.value("--smooth-value", smooth_value_, "X", "of floor (default 0.1) and add-k (1)");
  flags.toggle("--lowercase", switches_.lowercase, "without regard to case");
  flags.group("chrF");
  flags.value("--chrf-char-order", char_order_, "N", "longest n-gram of characters (default 6)");
  flags.value("--chrf-word-order", word_order_, "N", "longest n-gram of words (default 0, of chrf++ 2)");
  flags.value("--chrf-beta", beta_, "N", "recall counts N times as much as precision (default 2)");
  flags.toggle("--chrf-lowercase", switches_.chrf_lowercase, "without regard to case");
  flags.group("TER");
  flags.toggle("--ter-case-sensitive", switches_.ter_case_sensitive, "with regard to case");
  flags.toggle("--ter-normalized", switches_.ter_normalized, "punctuation apart, XML entities replaced");
  flags.toggle("--ter-no-punct", switches_.ter_no_punct, "without punctuation");
  flags.toggle("--ter-asian-support", switches_.ter_asian_support, "what the two switches above do, for Asian characters too");
  flags.group("Perplexity");
  flags.value("--unit", unit_, "NAME", "what the reference counts: token (default), word, byte", {"token", "word", "byte"});
  flags.group("ROUGE, METEOR, embeddings");
  flags.toggle("--stem", switches_.stem, "ROUGE with Porter's stemmer");
  flags.value("--vectors", vectors_, "FILE", "word vectors of embedding-average: a word and its numbers a line");
  flags.value("--wordnet", wordnet_, "DIR", "WordNet's database for meteor-wordnet (default /usr/share/wordnet)");
  flags.value("--meteor-jar", meteor_jar_, "FILE", "METEOR 1.5 for the metric meteor; needs java");
}

MetricOptions MetricFlags::options() const {
  MetricOptions options = switches_;
  if (tokenize_) options.tokenize = tokenize_.text;
  if (smooth_method_) options.smooth_method = smooth_method_.text;
  if (smooth_value_) options.smooth_value = number_of(smooth_value_);
  options.chrf_char_order = order_of(char_order_, 1, options.chrf_char_order);
  if (word_order_) options.chrf_word_order = order_of(word_order_, 0, 0);
  options.chrf_beta = order_of(beta_, 1, options.chrf_beta);
  if (unit_) options.unit = unit_.text;
  options.vectors = vectors_.text;
  options.wordnet_dir = wordnet_.text;
  options.meteor_jar = meteor_jar_.text;
  return options;
}

}  // namespace synthbench
