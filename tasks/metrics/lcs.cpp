#include "tasks/metrics/lcs.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/base/error.h"

namespace synthbench {
namespace {

enum class Step : std::uint8_t { both, reference, candidate };

/// Row i + 1 of the table of lengths from row i, which it overwrites.
void next_row(std::uint32_t word, const Sequence& words, std::vector<std::uint32_t>& row) {
  std::uint32_t diagonal = 0;
  for (std::size_t j = 0; j < words.size(); ++j) {
    const std::uint32_t above = row[j + 1];
    row[j + 1] = word == words[j] ? diagonal + 1 : std::max(above, row[j]);
    diagonal = above;
  }
}

}  // namespace

std::size_t lcs_length(const Sequence& a, const Sequence& b) {
  std::vector<std::uint32_t> row(b.size() + 1, 0);
  for (const std::uint32_t word : a) next_row(word, b, row);
  return row.back();
}

std::vector<std::size_t> lcs_places(const Sequence& reference, const Sequence& candidate) {
  const std::size_t n = reference.size(), m = candidate.size();
  if (n != 0 && m > 4'000'000'000 / n) throw UserError(fmt::format("sentences of {} and {} words are too long to be aligned", n, m));
  std::vector<Step> steps(n * m);  // from (i + 1, j + 1) back
  std::vector<std::uint32_t> row(m + 1, 0), above;
  for (std::size_t i = 0; i < n; ++i) {
    above = row;
    next_row(reference[i], candidate, row);
    for (std::size_t j = 0; j < m; ++j) {
      if (reference[i] == candidate[j]) continue;
      steps[i * m + j] = row[j] > above[j + 1] ? Step::candidate : Step::reference;
    }
  }
  std::vector<std::size_t> places;
  for (std::size_t i = n, j = m; i > 0 && j > 0;) {
    const Step step = steps[(i - 1) * m + j - 1];
    if (step != Step::candidate) --i;
    if (step != Step::reference) --j;
    if (step == Step::both) places.push_back(i);
  }
  std::ranges::reverse(places);
  return places;
}

}  // namespace synthbench
