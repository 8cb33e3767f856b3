// perplexity      exp(Σ loss / Σ units)
// bits_per_unit   Σ loss / Σ units / ln 2
//
// A line of the scored file is the summed loss of a segment in nats; a line of the reference is how many tokens, words or bytes the
// segment has (--unit), and n is their total: a perplexity per word comes from the same losses with counts of words.
// Source: Jelinek et al., JASA 62, 1977; per word from subwords: Mielke 2019.
#include "tasks/metrics/perplexity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/number_lines.h"

namespace synthbench {
namespace {

constexpr double kMostUnits = 9007199254740992;  // 2^53: beyond it not every number is one

double units_in(double count, std::size_t line) {
  if (count >= 0 && count <= kMostUnits && count == std::floor(count)) return count;
  throw UserError(fmt::format("line {} of the reference is {}: a count of units is meant", line, count));
}

SegmentSums per_unit(const MetricTexts& texts, const MetricOptions& options, double (*value)(double nats, double units)) {
  const std::vector<std::string> kinds = {"token", "word", "byte"};
  if (std::ranges::find(kinds, options.unit) == kinds.end()) throw UserError("--unit: " + unknown_word("unit", options.unit, kinds));
  if (texts.references.size() != 1) throw UserError(fmt::format("losses have one file of counts, not {}", texts.references.size()));
  const std::vector<double> nats = numbers_in(texts.hypotheses, "losses"), units = numbers_in(texts.references.front(), "reference");
  SegmentSums measured{.signature = {{"unit", options.unit}, {"loss", "nats"}, {"avg", "units-weighted"}}};
  double total = 0;
  for (std::size_t i = 0; i < nats.size(); ++i) {
    total += units_in(units[i], i + 1);
    measured.rows.add(std::vector<double>{nats[i], units[i]});
  }
  if (total == 0) throw NothingDone("nothing to score: the counts of the reference are all 0");
  if (total > kMostUnits) throw UserError(fmt::format("the counts of the reference add up to {}: more than can be counted", total));
  measured.n = static_cast<std::size_t>(total);
  measured.value_of_sums = [value](std::span<const double> sums) { return value(sums[0], sums[1]); };
  return measured;
}

SegmentSums perplexity_of(const MetricTexts& texts, const MetricOptions& options) { return per_unit(texts, options, perplexity); }
SegmentSums bits_of(const MetricTexts& texts, const MetricOptions& options) { return per_unit(texts, options, bits_per); }

const bool registered =
    metrics().add("perplexity", {.summary = "of summed losses (nats) and counts of tokens, words or bytes",
                                 .scale = "1-",
                                 .better = "lower",
                                 .measure = perplexity_of}) &&
    metrics().add("bits_per_unit",
                  {.summary = "the same as bits for each token, word or byte", .scale = "0-", .better = "lower", .measure = bits_of});

}  // namespace
}  // namespace synthbench
