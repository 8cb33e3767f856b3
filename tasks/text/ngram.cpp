#include "tasks/text/ngram.h"

#include <algorithm>
#include <cmath>

namespace synthbench {
namespace {

std::uint64_t pair_key(std::int32_t previous, std::int32_t token) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(previous)) << 32 | static_cast<std::uint32_t>(token);
}

template <typename Probability>
double mean_nats(std::span<const std::int32_t> tokens, Probability probability) {
  double sum = 0;
  for (std::size_t t = 1; t < tokens.size(); ++t) sum -= std::log(probability(tokens[t - 1], tokens[t]));
  return sum / static_cast<double>(tokens.size() - 1);
}

}  // namespace

Unigram::Unigram(std::span<const std::int32_t> train, std::int64_t vocabulary, double k)
    : counts_(static_cast<std::size_t>(vocabulary)),
      k_(k),
      total_(static_cast<double>(train.size()) + k * static_cast<double>(vocabulary)) {
  for (const std::int32_t token : train) ++counts_.at(static_cast<std::size_t>(token));
}

double Unigram::probability(std::int32_t token) const {
  return (static_cast<double>(counts_.at(static_cast<std::size_t>(token))) + k_) / total_;
}

Bigram::Bigram(std::span<const std::int32_t> train, Unigram below, double discount) : below_(std::move(below)), discount_(discount) {
  for (std::size_t t = 1; t < train.size(); ++t) {
    Context& context = contexts_[train[t - 1]];
    ++context.tokens;
    if (++pairs_[pair_key(train[t - 1], train[t])] == 1) ++context.kinds;
  }
}

double Bigram::probability(std::int32_t previous, std::int32_t token) const {
  const double below = below_.probability(token);
  const auto context = contexts_.find(previous);
  if (context == contexts_.end()) return below;
  const auto pair = pairs_.find(pair_key(previous, token));
  const double count = pair == pairs_.end() ? 0.0 : static_cast<double>(pair->second);
  const auto& [tokens, kinds] = context->second;
  return (std::max(count - discount_, 0.0) + discount_ * kinds * below) / tokens;
}

double nats_per_token(const Unigram& model, std::span<const std::int32_t> tokens) {
  return mean_nats(tokens, [&](std::int32_t, std::int32_t token) { return model.probability(token); });
}

double nats_per_token(const Bigram& model, std::span<const std::int32_t> tokens) {
  return mean_nats(tokens, [&](std::int32_t previous, std::int32_t token) { return model.probability(previous, token); });
}

Unigram tuned_unigram(std::span<const std::int32_t> train, std::span<const std::int32_t> valid, std::int64_t vocabulary) {
  double best_k = 1.0, best = INFINITY;
  for (const double k : {0.01, 0.03, 0.1, 0.3, 1.0, 3.0}) {
    const double nats = nats_per_token(Unigram(train, vocabulary, k), valid);
    if (nats < best) best = nats, best_k = k;
  }
  return {train, vocabulary, best_k};
}

Bigram tuned_bigram(std::span<const std::int32_t> train, std::span<const std::int32_t> valid, std::int64_t vocabulary) {
  Bigram model(train, tuned_unigram(train, valid, vocabulary), 0.5);
  double best_discount = 0.5, best = INFINITY;
  for (const double discount : {0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}) {
    model.set_discount(discount);
    const double nats = nats_per_token(model, valid);
    if (nats < best) best = nats, best_discount = discount;
  }
  model.set_discount(best_discount);
  return model;
}

}  // namespace synthbench
