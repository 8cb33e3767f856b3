#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace synthbench {

/// Words by number, from 1 up: equal words have equal numbers.
class Vocabulary {
 public:
  std::uint32_t number(std::string_view word);
  std::vector<std::uint32_t> numbers(std::span<const std::string_view> words);

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view word) const { return std::hash<std::string_view>()(word); }
  };
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> numbers_;
};

using Sequence = std::vector<std::uint32_t>;

/// [n - 1]: how many n-grams of the hypothesis are in a reference; one that it repeats counts as often as it does in the reference
/// that has it most ("clipped").
std::vector<double> matched_ngrams(const Sequence& hypothesis, std::span<const Sequence> references, int max_order);

/// N-grams of a sequence of this length.
inline double count_ngrams(std::size_t length, int order) {
  const auto n = static_cast<std::size_t>(order);
  return length < n ? 0.0 : static_cast<double>(length - n + 1);
}

/// Length of the reference whose length is nearest to that of the hypothesis, the shorter of two: BLEU's. One reference at least.
std::size_t nearest_length(std::size_t hypothesis, std::span<const Sequence> references);

}  // namespace synthbench
