// Span corruption, T5's training objective.
//
//   tokens = round(rate · length), 1 ... length - 1      spans = round(tokens / mean_span), at least 1
//
// Kept tokens and taken ones are each cut into `spans` parts of at least one token, all ways to cut being equally likely; parts
// take turns, a kept one first. Halves are rounded to even, as TensorFlow and Python round.
// Source: Raffel et al., JMLR 21, 2020, section 3.1.4; random_spans_noise_mask and random_spans_helper of its code.
#include "tasks/text/span_corruption.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "tasks/text/shuffled.h"

namespace synthbench {
namespace {

std::int64_t rounded(double x) { return static_cast<std::int64_t>(std::nearbyint(x)); }

/// Lengths of `parts` parts of `total` tokens, each at least 1: cuts at parts - 1 of the total - 1 places between tokens.
std::vector<std::int64_t> parts_of(std::int64_t total, std::int64_t parts, std::uint64_t seed, std::uint64_t round) {
  std::vector<std::int64_t> cuts = shuffled(total - 1, seed, round);
  cuts.resize(static_cast<std::size_t>(parts - 1));
  std::ranges::sort(cuts);
  std::vector<std::int64_t> lengths;
  std::int64_t start = 0;
  for (const std::int64_t cut : cuts) {
    lengths.push_back(cut + 1 - start);
    start = cut + 1;
  }
  lengths.push_back(total - start);
  return lengths;
}

}  // namespace

NoiseCounts noise_counts(std::int64_t length, const SpanCorruption& how) {
  if (length < 2) return {};
  const std::int64_t tokens = std::clamp<std::int64_t>(rounded(static_cast<double>(length) * how.rate), 1, length - 1);
  const std::int64_t spans = std::max<std::int64_t>(rounded(static_cast<double>(tokens) / how.mean_span), 1);
  return {tokens, std::min(spans, length - tokens)};  // a kept token before each span
}

CorruptedLength corrupted_length(std::int64_t length, const SpanCorruption& how) {
  const NoiseCounts noise = noise_counts(length, how);
  return {length - noise.tokens + noise.spans + 1, noise.tokens + noise.spans + 1};
}

std::int64_t longest_text(std::int64_t inputs, const SpanCorruption& how) {
  std::int64_t length = std::max<std::int64_t>(inputs - 1, 0);
  while (corrupted_length(length + 1, how).inputs <= inputs) ++length;
  return length;
}

Corrupted corrupted(std::span<const std::int32_t> text, const SpecialTokens& special, std::uint64_t seed, std::uint64_t example,
                    const SpanCorruption& how) {
  const NoiseCounts noise = noise_counts(std::ssize(text), how);
  if (noise.spans > special.sentinels) {
    throw std::invalid_argument(
        fmt::format("[span corruption] {} tokens have {} spans, there are {} sentinels", text.size(), noise.spans, special.sentinels));
  }
  Corrupted out;
  if (noise.spans == 0) {
    out.inputs.assign(text.begin(), text.end());
  } else {
    const auto kept = parts_of(std::ssize(text) - noise.tokens, noise.spans, seed, 2 * example);
    const auto taken = parts_of(noise.tokens, noise.spans, seed, 2 * example + 1);
    auto at = text.begin();
    for (std::size_t k = 0; k < kept.size(); ++k) {
      out.inputs.insert(out.inputs.end(), at, at + kept[k]);
      at += kept[k];
      const std::int32_t mark = special.sentinel(static_cast<std::int64_t>(k));
      out.inputs.push_back(mark);
      out.targets.push_back(mark);
      out.targets.insert(out.targets.end(), at, at + taken[k]);
      at += taken[k];
    }
  }
  out.inputs.push_back(special.eos());
  out.targets.push_back(special.eos());
  return out;
}

std::vector<std::int32_t> restored(const Corrupted& corrupted, const SpecialTokens& special) {
  std::vector<std::int32_t> text;
  for (const std::int32_t id : corrupted.inputs) {
    if (id == special.eos()) break;
    if (!special.is_sentinel(id)) {
      text.push_back(id);
      continue;
    }
    for (auto at = std::ranges::find(corrupted.targets, id); at != corrupted.targets.end();) {
      if (++at == corrupted.targets.end() || *at == special.eos() || special.is_sentinel(*at)) break;
      text.push_back(*at);
    }
  }
  return text;
}

}  // namespace synthbench
