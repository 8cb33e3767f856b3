// Counts by hand on "a b a b a c" (a = 0, b = 1, c = 2) and properties of any text.
#include "tasks/text/ngram.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "tests/test_seed.h"

namespace synthbench {
namespace {

const std::vector<std::int32_t> kText = {0, 1, 0, 1, 0, 2};

std::vector<std::int32_t> drawn_text(std::uint64_t seed, std::size_t length, std::int32_t vocabulary) {
  std::mt19937_64 random(seed);
  std::vector<std::int32_t> text(length);
  std::int32_t last = 0;
  for (std::int32_t& token : text)
    token = last = static_cast<std::int32_t>((static_cast<std::uint64_t>(last) + random() % 3) % static_cast<std::uint64_t>(vocabulary));
  return text;
}

TEST(NGram, UnigramByHand) {
  const Unigram model(kText, 4, 0.5);  // 6 tokens and 4 * 0.5
  EXPECT_DOUBLE_EQ(model.probability(0), 3.5 / 8);
  EXPECT_DOUBLE_EQ(model.probability(1), 2.5 / 8);
  EXPECT_DOUBLE_EQ(model.probability(3), 0.5 / 8);
}

TEST(NGram, BigramByHand) {
  const Unigram below(kText, 4, 0.5);
  const Bigram model(kText, below, 0.4);
  // a was followed by b, b, c: two kinds in three tokens. b was followed by a, a. c by nothing.
  EXPECT_DOUBLE_EQ(model.probability(0, 1), (1.6 + 0.4 * 2 * 2.5 / 8) / 3);
  EXPECT_DOUBLE_EQ(model.probability(0, 2), (0.6 + 0.4 * 2 * 1.5 / 8) / 3);
  EXPECT_DOUBLE_EQ(model.probability(0, 3), (0.4 * 2 * 0.5 / 8) / 3);
  EXPECT_DOUBLE_EQ(model.probability(1, 0), (1.6 + 0.4 * 1 * 3.5 / 8) / 2);
  EXPECT_DOUBLE_EQ(model.probability(2, 0), 3.5 / 8);
  const std::vector<std::int32_t> held_out = {0, 2, 0};
  EXPECT_DOUBLE_EQ(nats_per_token(model, held_out), -(std::log(model.probability(0, 2)) + std::log(3.5 / 8)) / 2);
}

TEST(NGram, ProbabilitiesSumToOne) {
  SCOPED_TRACE(seed_trace());
  constexpr std::int32_t kVocabulary = 23;
  const auto text = drawn_text(test_seed(), 200, kVocabulary - 2);
  const Bigram model(text, Unigram(text, kVocabulary, 0.3), 0.7);
  for (std::int32_t previous = 0; previous < kVocabulary; ++previous) {
    double sum = 0;
    for (std::int32_t token = 0; token < kVocabulary; ++token) sum += model.probability(previous, token);
    EXPECT_NEAR(sum, 1.0, 1e-12) << previous;
  }
}

TEST(NGram, TuningOnHeldOutTextIsNoWorseThanAnyFixedChoice) {
  SCOPED_TRACE(seed_trace());
  const auto train = drawn_text(test_seed(), 3000, 40), valid = drawn_text(test_seed() + 1, 500, 40);
  const double tuned = nats_per_token(tuned_bigram(train, valid, 40), valid);
  EXPECT_LE(tuned, nats_per_token(Bigram(train, tuned_unigram(train, valid, 40), 0.5), valid));
  EXPECT_LT(tuned, nats_per_token(tuned_unigram(train, valid, 40), valid)) << "each token is one of three after its predecessor";
  EXPECT_GT(tuned, std::log(3.0) - 0.1);
}

}  // namespace
}  // namespace synthbench
