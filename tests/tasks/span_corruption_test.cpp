#include "tasks/text/span_corruption.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <numeric>

#include "tests/test_seed.h"

namespace synthbench {
namespace {

const SpecialTokens kSpecial{.first = 5000, .sentinels = 100};

/// Tokens that are all different, so that one that is lost, doubled or moved shows.
std::vector<std::int32_t> text_of_length(std::int64_t length) {
  std::vector<std::int32_t> text(static_cast<std::size_t>(length));
  std::iota(text.begin(), text.end(), 0);
  return text;
}

/// Lengths of the spans in the targets.
std::vector<std::int64_t> spans_of(const Corrupted& out) {
  std::vector<std::int64_t> spans;
  for (const std::int32_t id : out.targets) {
    if (kSpecial.is_sentinel(id))
      spans.push_back(0);
    else if (id != kSpecial.eos())
      ++spans.back();
  }
  return spans;
}

TEST(SpanCorruption, TheTextComesBack) {
  SCOPED_TRACE(seed_trace());
  for (std::int64_t length = 0; length <= 600; ++length) {
    const auto text = text_of_length(length);
    const Corrupted out = corrupted(text, kSpecial, test_seed(), static_cast<std::uint64_t>(length));
    ASSERT_EQ(restored(out, kSpecial), text) << length;
    ASSERT_EQ(std::ssize(out.inputs), corrupted_length(length).inputs) << length;
    ASSERT_EQ(std::ssize(out.targets), corrupted_length(length).targets) << length;
    ASSERT_EQ(out.inputs.back(), kSpecial.eos());
    ASSERT_EQ(out.targets.back(), kSpecial.eos());
  }
}

TEST(SpanCorruption, RateAndSpansAreThoseOfTheFormula) {
  SCOPED_TRACE(seed_trace());
  for (const SpanCorruption how : {SpanCorruption{}, SpanCorruption{0.5, 3}, SpanCorruption{0.15, 8}, SpanCorruption{0.9, 1}}) {
    for (const std::int64_t length : {2, 3, 10, 30, 64, 100, 131}) {
      const SpecialTokens special{.first = 5000, .sentinels = length};
      const auto tokens =
          std::clamp(static_cast<std::int64_t>(std::nearbyint(static_cast<double>(length) * how.rate)), std::int64_t{1}, length - 1);
      const auto spans =
          std::min(std::max(static_cast<std::int64_t>(std::nearbyint(static_cast<double>(tokens) / how.mean_span)), std::int64_t{1}),
                   length - tokens);
      EXPECT_EQ(noise_counts(length, how).tokens, tokens);
      EXPECT_EQ(noise_counts(length, how).spans, spans);
      const Corrupted out = corrupted(text_of_length(length), special, test_seed(), 7, how);
      std::int64_t marks = 0;
      for (const std::int32_t id : out.targets) marks += special.is_sentinel(id) ? 1 : 0;
      EXPECT_EQ(marks, spans) << length;
      EXPECT_EQ(std::ssize(out.targets), tokens + spans + 1) << length;
      EXPECT_EQ(restored(out, special), text_of_length(length));
    }
  }
}

TEST(SpanCorruption, LengthsAreThoseOfT5) {
  EXPECT_EQ(longest_text(512), 568);
  EXPECT_EQ(corrupted_length(568).inputs, 512);
  EXPECT_EQ(corrupted_length(568).targets, 114);
  EXPECT_EQ(noise_counts(568).tokens, 85);
  EXPECT_EQ(noise_counts(568).spans, 28);
  EXPECT_EQ(longest_text(1), 0);
}

/// All ways to cut 12 tokens into 4 spans are equally likely: a span of length s has C(11 - s, 2) of C(11, 3) ways, on average 3.
TEST(SpanCorruption, SpansAreSpreadAsRandomCutsAre) {
  SCOPED_TRACE(seed_trace());
  constexpr int kDraws = 20000;
  const auto text = text_of_length(80);
  ASSERT_EQ(noise_counts(80).tokens, 12);
  ASSERT_EQ(noise_counts(80).spans, 4);
  std::map<std::int64_t, double> seen;
  std::vector<double> at_place(80);
  for (int draw = 0; draw < kDraws; ++draw) {
    const Corrupted out = corrupted(text, kSpecial, test_seed(), static_cast<std::uint64_t>(draw));
    ++seen[spans_of(out).front()];
    for (const std::int32_t id : out.targets) {
      if (id < 80) ++at_place[static_cast<std::size_t>(id)];
    }
  }
  const auto pairs = [](double n) { return n * (n - 1) / 2; };
  for (std::int64_t s = 1; s <= 9; ++s) {
    const double share = pairs(static_cast<double>(11 - s + 1) - 1) / (11.0 * 10 * 9 / 6), sd = std::sqrt(share * (1 - share) * kDraws);
    EXPECT_NEAR(seen[s], share * kDraws, 5 * sd + 1) << "spans of " << s;
  }
  EXPECT_EQ(at_place.front(), 0) << "a text begins with a token that is kept";
  EXPECT_EQ(at_place.back(), kDraws) << "and ends in a span";
  EXPECT_NEAR(std::accumulate(at_place.begin(), at_place.end(), 0.0) / kDraws / 80, 0.15, 1e-12);
}

TEST(SpanCorruption, PlacesFollowFromSeedAndExample) {
  SCOPED_TRACE(seed_trace());
  const auto text = text_of_length(200);
  const Corrupted out = corrupted(text, kSpecial, test_seed(), 3);
  EXPECT_EQ(corrupted(text, kSpecial, test_seed(), 3).inputs, out.inputs);
  EXPECT_NE(corrupted(text, kSpecial, test_seed(), 4).inputs, out.inputs);
  EXPECT_NE(corrupted(text, kSpecial, test_seed() + 1, 3).inputs, out.inputs);
}

TEST(SpanCorruption, TooFewSentinelsAreAnError) {
  EXPECT_THROW(corrupted(text_of_length(100), {.first = 5000, .sentinels = 4}, 1, 1), std::invalid_argument);
  EXPECT_NO_THROW(corrupted(text_of_length(100), {.first = 5000, .sentinels = 5}, 1, 1));
}

}  // namespace
}  // namespace synthbench
