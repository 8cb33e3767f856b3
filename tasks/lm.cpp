// lm: a decoder-only language model predicts the next token of running text.
// Training draws windows of seq_len tokens anywhere in the training split; evaluation walks through a whole split in
// windows that do not overlap, so that every token but the first is predicted exactly once, with at most seq_len tokens
// of context.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/base/error.h"
#include "tasks/task.h"
#include "tasks/text/corpus.h"
#include "tasks/text/ngram.h"
#include "tasks/text/token_windows.h"
#include "tasks/text/tokenizer.h"

namespace synthbench {
namespace {

constexpr std::int64_t kNoLimit = std::int64_t{1} << 30;

std::int64_t limit(const Config& config, std::string_view key) {
  const std::int64_t value = config.has(key) ? config.integer(key) : 0;
  return value > 0 ? value : kNoLimit;
}

class LanguageModelData final : public TaskData {
 public:
  explicit LanguageModelData(const Config& config)
      : rows_(config.integer("batch")), length_(config.integer("seq_len")), name_(config.text("data.name")), corpus_(load_corpus(name_)) {
    const std::int64_t vocab = config.has("data.vocab") ? config.integer("data.vocab") : kNoLimit;
    tokenizer_ = tokenizers().at(config.text("data.tokenizer")).train(corpus_.split(Split::train), vocab);
    for (const Split split : {Split::train, Split::valid, Split::test}) tokens_.push_back(encoded(*tokenizer_, corpus_.split(split)));
    max_train_ = limit(config, "data.max_train");
    max_eval_ = limit(config, "data.max_eval");
    require_enough_tokens();
  }

  std::int64_t vocabulary() const override { return tokenizer_->vocabulary(); }

  Batch train_batch(std::int64_t step, std::uint64_t seed) const override { return windows(Split::train).drawn(rows_, step, seed); }

  std::int64_t eval_batches(Split split) const override { return (windows(split).count() + rows_ - 1) / rows_; }

  Batch eval_batch(Split split, std::int64_t number) const override {
    const TokenWindows all = windows(split);
    return all.in_order(number * rows_, std::min(rows_, all.count() - number * rows_));
  }

  Split final_split() const override { return corpus_.split(Split::test).empty() ? Split::valid : Split::test; }

  /// An unknown character makes its word cheaper than it is; an unknown word is what word perplexity counts as a word.
  std::int64_t words(Split split) const override {
    if (!corpus_.has_words || (has_unknown(split) && !tokenizer_->tokens_are_words())) return 0;
    return count_words(predicted_text(split));
  }
  /// An unknown token does not spell its bytes: predicting it is not predicting the text.
  std::int64_t bytes(Split split) const override { return has_unknown(split) ? 0 : std::ssize(predicted_text(split)); }

  std::vector<CountBaseline> baselines() const override {
    const auto train = windows(Split::train).tokens, valid = windows(Split::valid).tokens, held_out = windows(final_split()).tokens;
    const Unigram unigram = tuned_unigram(train, valid, vocabulary());
    const Bigram bigram = tuned_bigram(train, valid, vocabulary());
    return {{"unigram", nats_per_token(unigram, held_out), unigram.parameters()},
            {"bigram", nats_per_token(bigram, held_out), bigram.parameters()}};
  }

  std::vector<std::string> notes() const override { return corpus_.notes; }

 private:
  std::span<const std::int32_t> tokens_of(Split split) const { return tokens_.at(static_cast<std::size_t>(split)).numbers(); }

  /// The windows of a split, cut to data.max_train or data.max_eval of them.
  TokenWindows windows(Split split) const {
    const std::span<const std::int32_t> tokens = tokens_of(split);
    const std::int64_t most = (split == Split::train ? max_train_ : max_eval_) * length_ + 1;
    return {tokens.first(static_cast<std::size_t>(std::min(most, std::ssize(tokens)))), length_};
  }

  /// Whether a target of a split is a symbol that the vocabulary lacks.
  bool has_unknown(Split split) const {
    const std::optional<std::int32_t> unknown = tokenizer_->unknown();
    const std::span<const std::int32_t> used = windows(split).tokens;
    return unknown && !used.empty() && std::ranges::count(used.subspan(1), *unknown) > 0;
  }

  /// The part of a split's text that its targets stand for: behind the first token, up to the end of the last one, or of
  /// the text where nothing is cut (blanks at its end belong to no word).
  std::string_view predicted_text(Split split) const {
    const std::string_view text = corpus_.split(split);
    const std::span<const std::int32_t> used = windows(split).tokens;
    if (used.empty()) return {};
    const std::size_t start = tokenizer_->source_bytes(text, used.first(1));
    const bool whole = used.size() == tokens_of(split).size();
    return text.substr(start, (whole ? text.size() : tokenizer_->source_bytes(text, used)) - start);
  }

  void require_enough_tokens() const {
    const TokenWindows train = windows(Split::train);
    if (train.targets() < length_) {
      throw UserError(fmt::format("data set '{}': the training split has {} tokens, seq_len {} needs {}", name_, train.tokens.size(),
                                  length_, length_ + 1));
    }
    for (const Split split : {Split::valid, final_split()}) {
      if (windows(split).targets() >= 1) continue;
      throw UserError(fmt::format("data set '{}': the {} split has fewer than 2 tokens", name_, name(split)));
    }
  }

  std::int64_t rows_, length_;
  std::string name_;
  Corpus corpus_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::vector<Spool> tokens_;  ///< by Split
  std::int64_t max_train_ = kNoLimit, max_eval_ = kNoLimit;
};

const bool registered = add_task("lm",
                                 {.summary = "next-token prediction by a decoder-only language model; perplexity",
                                  .datasets = corpus_names(),
                                  .data_sha = [](const std::string& dataset) { return corpus_sha(dataset); }},
                                 {.load = [](const Config& config) { return std::make_unique<LanguageModelData>(config); }});

}  // namespace
}  // namespace synthbench
