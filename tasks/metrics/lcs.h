#pragma once

#include <cstddef>
#include <vector>

#include "tasks/metrics/ngrams.h"

namespace synthbench {

/// Length of the longest common subsequence of words. Time a·b, memory b.
std::size_t lcs_length(const Sequence& a, const Sequence& b);

/// Places in `reference` of one longest common subsequence, ascending: the one that rouge-score finds, which takes the last words of
/// the reference where it has a choice. Throws UserError where reference·candidate is beyond 4e9.
std::vector<std::size_t> lcs_places(const Sequence& reference, const Sequence& candidate);

}  // namespace synthbench
