// All n-grams of all orders are counted at once: the places of all sequences are sorted by the words that follow, so that equal
// n-grams are neighbours, of every order. Exact, and no table of n-grams is built.
#include "tasks/metrics/ngrams.h"

#include <algorithm>

namespace synthbench {
namespace {

struct Place {
  std::size_t at;
  std::size_t sequence;
};

/// The sequences behind each other, each closed by a 0, which is no word; then zeros, so that looking ahead is safe.
struct Laid {
  Sequence words;
  std::vector<Place> places;
};

Laid lay_out(const Sequence& hypothesis, std::span<const Sequence> references, std::size_t max_order) {
  Laid laid;
  const auto append = [&laid](const Sequence& sequence, std::size_t index) {
    for (const std::uint32_t word : sequence) {
      laid.places.push_back({laid.words.size(), index});
      laid.words.push_back(word);
    }
    laid.words.push_back(0);
  };
  append(hypothesis, 0);
  for (std::size_t r = 0; r < references.size(); ++r) append(references[r], r + 1);
  laid.words.resize(laid.words.size() + max_order, 0);
  return laid;
}

}  // namespace

std::uint32_t Vocabulary::number(std::string_view word) {
  if (const auto found = numbers_.find(word); found != numbers_.end()) return found->second;
  return numbers_.emplace(word, static_cast<std::uint32_t>(numbers_.size()) + 1).first->second;
}

Sequence Vocabulary::numbers(std::span<const std::string_view> words) {
  Sequence out;
  out.reserve(words.size());
  for (const std::string_view word : words) out.push_back(number(word));
  return out;
}

std::vector<double> matched_ngrams(const Sequence& hypothesis, std::span<const Sequence> references, int max_order) {
  const auto orders = static_cast<std::size_t>(max_order);
  Laid laid = lay_out(hypothesis, references, orders);
  const std::uint32_t* words = laid.words.data();
  std::ranges::sort(laid.places, [&](const Place& a, const Place& b) {
    return std::lexicographical_compare(words + a.at, words + a.at + orders, words + b.at, words + b.at + orders);
  });
  const auto common = [&](const Place& a, const Place& b) {  // words that both start with
    std::size_t n = 0;
    while (n < orders && words[a.at + n] != 0 && words[a.at + n] == words[b.at + n]) ++n;
    return n;
  };
  // counts[n][s]: of the n-gram at hand (of n + 1 words), in sequence s
  std::vector<std::vector<std::int64_t>> counts(orders, std::vector<std::int64_t>(references.size() + 1, 0));
  std::vector<double> matched(orders, 0.0);
  for (std::size_t i = 0; i < laid.places.size(); ++i) {
    const std::size_t shared = i + 1 < laid.places.size() ? common(laid.places[i], laid.places[i + 1]) : 0;
    for (std::size_t n = 0; n < orders; ++n) {
      ++counts[n][laid.places[i].sequence];
      if (n < shared) continue;
      if (counts[n][0] > 0) {
        const std::int64_t most = *std::max_element(counts[n].begin() + 1, counts[n].end());
        matched[n] += static_cast<double>(std::min(counts[n][0], most));
      }
      std::ranges::fill(counts[n], 0);
    }
  }
  return matched;
}

std::size_t nearest_length(std::size_t hypothesis, std::span<const Sequence> references) {
  const auto rank = [hypothesis](const Sequence& reference) {
    const std::size_t n = reference.size();
    return std::pair(n > hypothesis ? n - hypothesis : hypothesis - n, n);
  };
  return std::ranges::min_element(references, {}, rank)->size();
}

}  // namespace synthbench
