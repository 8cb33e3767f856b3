// TER = 100 · edits / words of the references: insertions, deletions, substitutions, and shifts of a run of words to another place,
// found greedily; of several references the fewest edits and the mean length count. Lower is better.
//
// Source: Snover et al., AMTA 2006; sacreBLEU 2.6, metrics/ter.py and lib_ter.py (Tercom's limits; a beam around the diagonal).
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"
#include "tasks/metrics/edit_table.h"
#include "tasks/metrics/metric.h"
#include "tasks/metrics/ngrams.h"
#include "tasks/metrics/tokenize.h"
#include "tasks/metrics/unicode.h"

namespace synthbench {
namespace {

constexpr std::size_t kMaxShiftSize = 10, kMaxShiftDistance = 50, kMaxCandidates = 1000;

/// A run of words that is in both: at place `from` of the hypothesis, at `at` of the reference.
struct Run {
  std::size_t from, at, length;
};

std::vector<Run> common_runs(const Sequence& hypothesis, const Sequence& reference) {
  std::vector<Run> runs;
  for (std::size_t h = 0; h < hypothesis.size(); ++h) {
    const std::size_t first = h > kMaxShiftDistance ? h - kMaxShiftDistance : 0;
    for (std::size_t r = first; r < std::min(reference.size(), h + kMaxShiftDistance + 1); ++r) {
      for (std::size_t n = 0; n < kMaxShiftSize && h + n < hypothesis.size() && r + n < reference.size(); ++n) {
        if (hypothesis[h + n] != reference[r + n]) break;
        runs.push_back({h, r, n + 1});
      }
    }
  }
  return runs;
}

/// The words with run [start, start + length) before what was at place target.
Sequence shifted(const Sequence& words, std::size_t start, std::size_t length, std::size_t target) {
  Sequence out = words;
  const auto at = [&out](std::size_t place) { return out.begin() + static_cast<std::ptrdiff_t>(place); };
  if (target < start) {
    std::rotate(at(target), at(start), at(start + length));
  } else if (target > start + length) {
    std::rotate(at(start), at(start + length), at(target));
  } else {
    std::rotate(at(start), at(start + length), at(std::min(length + target, out.size())));
  }
  return out;
}

struct Shift {
  std::int64_t gain = 0;
  std::size_t length = 0, start = 0, target = 0;
  Sequence words{};

  /// Most edits saved, then the longest, the earliest from, the earliest to: Tercom's order.
  bool better_than(const Shift& other) const {
    if (gain != other.gain) return gain > other.gain;
    if (length != other.length) return length > other.length;
    return start != other.start ? start < other.start : target < other.target;
  }
};

class Shifter {
 public:
  explicit Shifter(const Sequence& reference) : reference_(reference), table_(reference) {}

  double edits(Sequence words) {
    double shifts = 0;
    while (true) {
      const std::optional<Shift> best = best_shift(words);
      if (tried_ >= kMaxCandidates || !best || best->gain <= 0) break;
      words = best->words;
      ++shifts;
    }
    return shifts + static_cast<double>(table_.edits(words));
  }

 private:
  std::optional<Shift> best_shift(const Sequence& words) {
    const std::int64_t before = table_.edits(words);
    const Alignment alignment = table_.alignment(words);
    std::optional<Shift> best;
    for (const Run& run : common_runs(words, reference_)) {
      if (!worth_trying(run, alignment)) continue;
      try_targets(run, alignment, words, before, best);
      if (tried_ >= kMaxCandidates) break;
    }
    return best;
  }

  /// Words on both sides are wrong where they are, and the run is not shifted into itself.
  static bool worth_trying(const Run& run, const Alignment& alignment) {
    const auto any = [&run](const std::vector<bool>& wrong, std::size_t start) {
      const auto first = wrong.begin() + static_cast<std::ptrdiff_t>(start);
      return std::any_of(first, first + static_cast<std::ptrdiff_t>(run.length), [](bool is) { return is; });
    };
    const std::int64_t there = alignment.hypothesis_of[run.at], from = static_cast<std::int64_t>(run.from);
    return any(alignment.hypothesis_wrong, run.from) && any(alignment.reference_wrong, run.at) &&
           !(from <= there && there < from + static_cast<std::int64_t>(run.length));
  }

  /// Before the run's place in the reference, and behind each of its words.
  void try_targets(const Run& run, const Alignment& alignment, const Sequence& words, std::int64_t before, std::optional<Shift>& best) {
    std::int64_t last = -1;
    for (std::size_t offset = 0; offset <= run.length; ++offset) {
      const std::size_t behind = run.at + offset;  // one more than the word of the reference that the run goes behind
      if (behind > reference_.size()) break;
      const std::int64_t target = behind == 0 ? 0 : alignment.hypothesis_of[behind - 1] + 1;
      if (target == last) continue;
      last = target;
      Shift shift{.length = run.length, .start = run.from, .target = static_cast<std::size_t>(target)};
      shift.words = shifted(words, run.from, run.length, shift.target);
      shift.gain = before - table_.edits(shift.words);
      ++tried_;
      if (!best || shift.better_than(*best)) best = std::move(shift);
    }
  }

  const Sequence& reference_;
  EditTable table_;
  std::size_t tried_ = 0;
};

double translation_edits(const Sequence& hypothesis, const Sequence& reference) {
  if (reference.empty()) return static_cast<double>(hypothesis.size());
  return Shifter(reference).edits(hypothesis);
}

double ter_of_sums(std::span<const double> sums) {
  if (sums[1] > 0) return 100 * sums[0] / sums[1];
  return sums[0] > 0 ? 100 : 0;
}

SegmentSums ter(const MetricTexts& texts, const MetricOptions& options) {
  const TercomOptions tercom{options.ter_normalized, options.ter_no_punct, options.ter_asian_support, options.ter_case_sensitive};
  Vocabulary vocabulary;
  const auto tokenized = [&](const std::string& line) { return tercom_tokenized(strip_right(line), tercom); };
  const auto words = [&](const std::string& line) { return vocabulary.numbers(split_at_blanks(line)); };
  SegmentSums measured{.n = texts.hypotheses.size(),
                       .signature = {nrefs(texts),
                                     {"case", options.ter_case_sensitive ? "mixed" : "lc"},
                                     {"tok", "tercom"},
                                     {"norm", yes_no(options.ter_normalized)},
                                     {"punct", yes_no(!options.ter_no_punct)},
                                     {"asian", yes_no(options.ter_asian_support)}}};
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    const Sequence hypothesis = words(tokenized(texts.hypotheses[i]));
    double fewest = 0, length = 0;
    for (std::size_t r = 0; r < texts.references.size(); ++r) {
      // sacreBLEU tokenizes references twice, which tells where the first pass moves a mark: "dog's." becomes "dog's .", then "dog 's ."
      const Sequence reference = words(tokenized(tokenized(texts.references[r][i])));
      if (!EditTable::fits(hypothesis.size(), reference.size())) {
        throw UserError(fmt::format("line {}: {} and {} words are too many for TER", i + 1, hypothesis.size(), reference.size()));
      }
      const double edits = translation_edits(hypothesis, reference);
      fewest = r == 0 ? edits : std::min(fewest, edits);
      length += static_cast<double>(reference.size());
    }
    measured.rows.add(std::vector<double>{fewest, length / static_cast<double>(texts.references.size())});
  }
  measured.value_of_sums = ter_of_sums;
  return measured;
}

const bool registered = metrics().add(
    "ter",
    {.summary = "edits and shifts per word of the reference; equal to sacreBLEU", .scale = "0-100", .better = "lower", .measure = ter});

}  // namespace
}  // namespace synthbench
