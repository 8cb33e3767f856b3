// meteor-wordnet = mean over segments of (1 - γ (chunks / m)^β) · P R / (α P + (1 - α) R), α = 0.9, β = 3, γ = 0.5, the best over
// references; P, R: m matched words / words of the hypothesis, of the reference; chunks: runs of matches in the same order on both
// sides. Words match where they are equal in lower case, then where their stems are, then where the stem in the reference is a
// synonym of the stem in the hypothesis (of stems, as in NLTK, though WordNet has few that Porter cut). Each stage goes through the
// hypothesis from its end and takes the last free match.
//
// This is NLTK's meteor_score, which has the constants of 2005 and a greedy alignment. METEOR 1.5, whose values are in papers, has
// others, and paraphrases: it is the metric `meteor`.
// Source: Banerjee and Lavie, ACL workshop 2005; Lavie and Agarwal, WMT 2007; nltk/translate/meteor_score.py.
#include <algorithm>
#include <cmath>
#include <map>

#include "tasks/metrics/metric.h"
#include "tasks/metrics/porter.h"
#include "tasks/metrics/unicode.h"
#include "tasks/metrics/wordnet.h"

namespace synthbench {
namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
  Words words;
  for (const std::string_view word : split_at_blanks(line)) words.push_back(lower_case(word));
  return words;
}

/// Stems and synonyms of words, each looked up once.
class Lexicon {
 public:
  /// wordnet: null where there is none.
  explicit Lexicon(const WordNet* wordnet) : wordnet_(wordnet) {}

  const std::string& stem(const std::string& word) {
    const auto [entry, is_new] = stems_.try_emplace(word);
    if (is_new) entry->second = porter_stem(word);
    return entry->second;
  }
  const Words& synonyms(const std::string& word) {
    const auto [entry, is_new] = synonyms_.try_emplace(word);
    if (is_new) {
      std::set<std::string> all = wordnet_ ? wordnet_->synonyms(word) : std::set<std::string>();
      all.insert(word);
      entry->second.assign(all.begin(), all.end());
    }
    return entry->second;
  }

 private:
  const WordNet* wordnet_;
  std::map<std::string, std::string> stems_;
  std::map<std::string, Words> synonyms_;
};

/// Which word of the reference each word of the hypothesis stands for; -1: none.
class Matching {
 public:
  Matching(const Words& hypothesis, const Words& reference)
      : hypothesis_(hypothesis), reference_(reference), match_(hypothesis.size(), -1), taken_(reference.size(), false) {}

  /// keys(word of the hypothesis): any of these texts may match; key(word of the reference): one text.
  template <typename Keys, typename Key>
  void match(Keys keys, Key key) {
    std::map<std::string, std::vector<std::size_t>> places;
    for (std::size_t j = 0; j < reference_.size(); ++j) {
      if (!taken_[j]) places[key(reference_[j])].push_back(j);
    }
    for (std::size_t i = hypothesis_.size(); i-- > 0;) {
      if (match_[i] >= 0) continue;
      std::vector<std::size_t>* best = nullptr;
      for (const std::string& text : keys(hypothesis_[i])) {
        const auto found = places.find(text);
        if (found == places.end() || found->second.empty()) continue;
        if (!best || found->second.back() > best->back()) best = &found->second;
      }
      if (!best) continue;
      match_[i] = static_cast<std::int64_t>(best->back());
      taken_[best->back()] = true;
      best->pop_back();
    }
  }

  double matched() const { return static_cast<double>(std::ranges::count(taken_, true)); }

  double chunks() const {
    double chunks = 0;
    std::int64_t last = -2;
    for (std::size_t i = 0; i < match_.size(); ++i) {
      if (match_[i] >= 0 && (i == 0 || match_[i - 1] < 0 || match_[i] != last + 1)) ++chunks;
      last = match_[i];
    }
    return chunks;
  }

 private:
  const Words& hypothesis_;
  const Words& reference_;
  std::vector<std::int64_t> match_;
  std::vector<bool> taken_;
};

double meteor_score(const Words& hypothesis, const Words& reference, Lexicon& lexicon) {
  constexpr double kAlpha = 0.9, kBeta = 3, kGamma = 0.5;
  Matching matching(hypothesis, reference);
  const auto itself = [](const std::string& word) { return word; };
  const auto stem = [&](const std::string& word) { return lexicon.stem(word); };
  matching.match([](const std::string& word) { return Words{word}; }, itself);
  matching.match([&](const std::string& word) { return Words{lexicon.stem(word)}; }, stem);
  matching.match([&](const std::string& word) { return lexicon.synonyms(lexicon.stem(word)); }, stem);
  const double matched = matching.matched();
  if (matched == 0) return 0;
  const double precision = matched / static_cast<double>(hypothesis.size()), recall = matched / static_cast<double>(reference.size());
  const double mean = precision * recall / (kAlpha * precision + (1 - kAlpha) * recall);
  return (1 - kGamma * std::pow(matching.chunks() / matched, kBeta)) * mean;
}

/// Read once: 25 MB of files.
const WordNet& wordnet_in(const std::string& folder) {
  static std::map<std::string, WordNet> read;
  const auto found = read.find(folder);
  return found != read.end() ? found->second : read.try_emplace(folder, folder).first->second;
}

SegmentSums meteor_wordnet(const MetricTexts& texts, const MetricOptions& options) {
  const std::string folder = options.wordnet_dir.empty() ? "/usr/share/wordnet" : options.wordnet_dir;
  const WordNet* wordnet = !options.wordnet_dir.empty() || WordNet::is_in(folder) ? &wordnet_in(folder) : nullptr;
  Lexicon lexicon(wordnet);
  std::vector<double> values;
  for (std::size_t i = 0; i < texts.hypotheses.size(); ++i) {
    const Words hypothesis = words_of(texts.hypotheses[i]);
    double best = 0;
    for (const std::vector<std::string>& stream : texts.references) {
      best = std::max(best, meteor_score(hypothesis, words_of(stream[i]), lexicon));
    }
    values.push_back(best);
  }
  SignatureFields signature = {nrefs(texts), {"tok", "blanks"}, {"case", "lc"}, {"stem", "porter"}, {"syn", wordnet ? "wordnet" : "none"}};
  if (wordnet) signature.emplace_back("wordnet", wordnet->sha().substr(0, 12));
  signature.emplace_back("impl", "nltk");
  SegmentSums measured = mean_over_segments(values, std::move(signature));
  if (!wordnet) measured.warnings = {"meteor-wordnet: no WordNet in " + folder + " (Debian package wordnet-base): synonyms do not match"};
  return measured;
}

const bool registered = metrics().add(
    "meteor-wordnet",
    {.summary = "words, stems and WordNet synonyms in order; NLTK's METEOR of 2005", .scale = "0-1", .measure = meteor_wordnet});

}  // namespace
}  // namespace synthbench
