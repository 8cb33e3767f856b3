#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tasks/text/special_tokens.h"

namespace synthbench {

/// How much of a text is taken out, and in how long pieces.
struct SpanCorruption {
  double rate = 0.15;    ///< share of the tokens, 0 < rate < 1
  double mean_span = 3;  ///< tokens a span, >= 1
};

/// Tokens that are taken out of a text of `length` tokens, and in how many spans: numbers that follow from the length alone, at
/// least one of each. None of a text of fewer than two tokens.
struct NoiseCounts {
  std::int64_t tokens = 0, spans = 0;
};
NoiseCounts noise_counts(std::int64_t length, const SpanCorruption& how = {});

/// The tokens that a text of `length` becomes, eos included.
struct CorruptedLength {
  std::int64_t inputs = 0, targets = 0;
};
CorruptedLength corrupted_length(std::int64_t length, const SpanCorruption& how = {});

/// The longest text whose inputs fit into `inputs` tokens (568 for 512).
std::int64_t longest_text(std::int64_t inputs, const SpanCorruption& how = {});

/// A text without its spans, and the spans. Both end in eos.
struct Corrupted {
  std::vector<std::int32_t> inputs;   ///< kept tokens, the k-th span replaced by sentinel k
  std::vector<std::int32_t> targets;  ///< sentinel k, then the tokens of span k
};
/// Where the spans lie follows from (seed, example) alone. Needs as many sentinels as there are spans: std::invalid_argument.
Corrupted corrupted(std::span<const std::int32_t> text, const SpecialTokens& special, std::uint64_t seed, std::uint64_t example,
                    const SpanCorruption& how = {});

/// The text again.
std::vector<std::int32_t> restored(const Corrupted& corrupted, const SpecialTokens& special);

}  // namespace synthbench
