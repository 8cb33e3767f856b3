#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/registry.h"
#include "tasks/text/spool.h"

namespace synthbench {

/// Text to ids 0 ... vocabulary() - 1 and back. encode depends on the text alone, so ids are the same on every machine; those of a text
/// are those of its lines, one behind another (a line holds its end).
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;
  virtual std::int64_t vocabulary() const = 0;
  virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
  virtual std::string decode(std::span<const std::int32_t> ids) const = 0;
  /// Bytes of text that `first`, the first ids of encode(text), stand for: up to where the last of them ends. What decode
  /// spells may be longer or shorter (<unk>, blanks).
  virtual std::size_t source_bytes(std::string_view text, std::span<const std::int32_t> first) const = 0;
  /// The id of all symbols that have none of their own; none where every text can be spelt.
  virtual std::optional<std::int32_t> unknown() const { return std::nullopt; }
  /// Whether a token, an unknown one too, is a word as count_words counts them.
  virtual bool tokens_are_words() const { return false; }
};

struct TokenizerMaker {
  std::string summary;
  /// Learns from the training split alone. vocab is an upper bound: a text that yields fewer pieces gets fewer.
  /// Throws UserError when vocab is too small for any vocabulary of this kind.
  std::function<std::unique_ptr<Tokenizer>(std::string_view training_text, std::int64_t vocab)> train;
};

/// "bpe", "bytes", "chars", "unigram", "words".
Registry<TokenizerMaker>& tokenizers();

/// Bytes of the UTF-8 character that text starts with; 1 for a byte that starts none. text is not empty.
std::size_t character_length(std::string_view text);

/// Runs of non-blank characters, and one more per line break: what a perplexity per word is over (the words of `words`).
std::int64_t count_words(std::string_view text);

/// encode of a text of any length, some lines at a time: the ids lie on disk.
Spool encoded(const Tokenizer& tokenizer, std::string_view text);

}  // namespace synthbench
