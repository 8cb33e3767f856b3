#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace synthbench {

/// Probability of a token from its frequency: (count + k) / (tokens + k * vocabulary).
class Unigram {
 public:
  Unigram(std::span<const std::int32_t> train, std::int64_t vocabulary, double k);
  double probability(std::int32_t token) const;
  std::int64_t parameters() const { return static_cast<std::int64_t>(counts_.size()); }

 private:
  std::vector<std::int64_t> counts_;
  double k_, total_;
};

/// Interpolated absolute discounting: every seen pair gives `discount` of its count to the unigram model.
///   p(w | v) = max(c(v,w) - discount, 0) / c(v) + discount * |{w : c(v,w) > 0}| / c(v) * p(w),   p(w) where v was never seen
/// Source: Chen and Goodman 1999, section 2.6, with the plain unigram below.
class Bigram {
 public:
  Bigram(std::span<const std::int32_t> train, Unigram below, double discount);
  double probability(std::int32_t previous, std::int32_t token) const;
  void set_discount(double discount) { discount_ = discount; }
  std::int64_t parameters() const { return static_cast<std::int64_t>(pairs_.size()) + below_.parameters(); }

 private:
  struct Context {
    double tokens = 0, kinds = 0;
  };
  Unigram below_;
  std::unordered_map<std::uint64_t, std::int64_t> pairs_;
  std::unordered_map<std::int32_t, Context> contexts_;
  double discount_;
};

/// Mean of -log p over all tokens but the first, which has no predecessor: the tokens that a language model is scored on.
double nats_per_token(const Unigram& model, std::span<const std::int32_t> tokens);
double nats_per_token(const Bigram& model, std::span<const std::int32_t> tokens);

/// The best k, or discount, on held-out tokens.
Unigram tuned_unigram(std::span<const std::int32_t> train, std::span<const std::int32_t> valid, std::int64_t vocabulary);
Bigram tuned_bigram(std::span<const std::int32_t> train, std::span<const std::int32_t> valid, std::int64_t vocabulary);

}  // namespace synthbench
