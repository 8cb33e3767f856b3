// BLEU = BP · exp(Σ_n log(p_n) / 4), p_n = clipped matches / n-grams of the hypotheses, both summed over the corpus, n = 1 ... 4
// BP = min(1, exp(1 - r/c)), c: words of the hypotheses, r: words of the references, of each segment the one nearest in length
// (the shorter of two that are equally near). On a scale of 0 to 100.
//
// Smoothing of an order without matches: exp: p_n = 1 / (2^k · n-grams), k-th such order; floor: value / n-grams;
// add-k: value is added to matches and n-grams of orders above 1; none.
//
// Source: Papineni et al., ACL 2002; sacreBLEU 2.6 (Post, WMT 2018), metrics/bleu.py; smoothing: Chen and Cherry, WMT 2014.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "harness/base/error.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/ngrams.h"
#include "tasks/metrics/tokenize.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

constexpr std::size_t kOrders = 4;

struct Smoothing {
  std::string method;
  double value;  // of floor and add-k
};

/// The method of the options with its value. Throws UserError for other methods and for values that are no positive numbers.
Smoothing smoothing_of(const MetricOptions& options) {
  const std::vector<std::string> methods = {"exp", "floor", "add-k", "none"};
  if (std::ranges::find(methods, options.smooth_method) == methods.end()) {
    throw UserError("--smooth-method: " + unknown_word("method", options.smooth_method, methods));
  }
  const double value = options.smooth_value.value_or(options.smooth_method == "floor" ? 0.1 : 1.0);
  if (!(value >= 0) || !std::isfinite(value)) throw UserError(fmt::format("--smooth-value: {} is not a number from 0 up", value));
  return {options.smooth_method, value};
}

/// sacreBLEU's two decimals; more where they would make two values one.
std::string in_signature(double value) {
  const std::string two = fmt::format("{:.2f}", value);
  double read = 0;
  std::from_chars(two.data(), two.data() + two.size(), read);
  return read == value ? two : fmt::format("{}", value);
}

/// What a row holds: words of the hypothesis, of the nearest reference, matches by order, n-grams by order.
enum Column : std::size_t { hyp_len, ref_len, matches, totals = matches + kOrders, width = totals + kOrders };

double brevity(double hypothesis, double reference) {
  if (hypothesis >= reference) return 1;
  return hypothesis > 0 ? std::exp(1 - reference / hypothesis) : 0;
}

double bleu_of_sums(std::span<const double> sums, const Smoothing& smoothing, bool effective_order) {
  if (std::ranges::all_of(sums.subspan(matches, kOrders), [](double count) { return count == 0; })) return 0;
  double halves = 1, log_sum = 0;
  std::size_t orders = kOrders, counted = 0;
  for (std::size_t n = 0; n < kOrders; ++n) {
    const double added = smoothing.method == "add-k" && n > 0 ? smoothing.value : 0;
    const double matched = sums[matches + n] + added, total = sums[totals + n] + added;
    if (total == 0) break;
    if (effective_order) orders = n + 1;
    double precision = 100 * matched / total;
    if (matched == 0 && smoothing.method == "exp") precision = 100 / ((halves *= 2) * total);
    if (matched == 0 && smoothing.method == "floor") precision = 100 * smoothing.value / total;
    if (precision == 0) return 0;  // its logarithm outweighs all others
    log_sum += std::log(precision);
    ++counted;
  }
  if (counted < orders) return 0;
  return brevity(sums[hyp_len], sums[ref_len]) * std::exp(log_sum / static_cast<double>(orders));
}

Rows rows_of(const MetricTexts& texts, const MetricOptions& options) {
  const SpacedOut tokenize = bleu_tokenizer(options.tokenize);
  Vocabulary vocabulary;
  const auto words = [&](const std::string& line) {
    const std::string spaced = tokenize(options.lowercase ? strip_right(lower_case(line)) : strip_right(line));
    return vocabulary.numbers(split_at_blanks(spaced));
  };
  Rows rows;
  rows.numbers.reserve(texts.hypotheses.size() * width);
  std::vector<Sequence> references(texts.references.size());
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    const Sequence hypothesis = words(texts.hypotheses[i]);
    for (std::size_t r = 0; r < references.size(); ++r) references[r] = words(texts.references[r][i]);
    std::array<double, width> row{};
    row[hyp_len] = static_cast<double>(hypothesis.size());
    row[ref_len] = static_cast<double>(nearest_length(hypothesis.size(), references));
    std::ranges::copy(matched_ngrams(hypothesis, references, kOrders), row.begin() + matches);
    for (std::size_t n = 0; n < kOrders; ++n) row[totals + n] = count_ngrams(hypothesis.size(), static_cast<int>(n) + 1);
    rows.add(row);
  }
  return rows;
}

/// A hundred lines that end in " ." were tokenized before they came here; sacreBLEU warns of the same.
std::vector<std::string> warnings_about(const MetricTexts& texts) {
  const auto ends_apart = std::ranges::count_if(texts.hypotheses, [](const std::string& line) { return line.ends_with(" ."); });
  if (ends_apart < 100) return {};
  return {
      fmt::format("bleu: {} hypotheses end in a full stop apart: BLEU takes text as people write it, and tokenizes it itself", ends_apart)};
}

SegmentSums bleu(const MetricTexts& texts, const MetricOptions& options) {
  const Smoothing smoothing = smoothing_of(options);
  const bool with_value = smoothing.method == "floor" || smoothing.method == "add-k";
  const bool effective = options.effective_order;
  return {.n = texts.hypotheses.size(),
          .signature = {nrefs(texts),
                        {"case", options.lowercase ? "lc" : "mixed"},
                        {"eff", yes_no(effective)},
                        {"tok", options.tokenize},
                        {"smooth", smoothing.method + (with_value ? "[" + in_signature(smoothing.value) + "]" : "")}},
          .rows = rows_of(texts, options),
          .value_of_sums = [=](std::span<const double> sums) { return bleu_of_sums(sums, smoothing, effective); },
          .warnings = warnings_about(texts)};
}

const bool registered =
    metrics().add("bleu", {.summary = "n-grams of 1 to 4 words, brevity penalty; equal to sacreBLEU", .scale = "0-100", .measure = bleu});

}  // namespace
}  // namespace synthbench
