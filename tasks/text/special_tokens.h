#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "tasks/text/tokenizer.h"

namespace synthbench {

/// Tokens that stand for no text. Their ids lie behind those of a tokenizer, so that no text yields one. Unknown symbols are the
/// tokenizer's own matter (Tokenizer::unknown).
struct SpecialTokens {
  static constexpr std::int64_t kMarks = 3;  ///< pad, bos, eos

  std::int64_t first = 0;      ///< the vocabulary of the tokenizer
  std::int64_t sentinels = 0;  ///< marks of span corruption, T5's <extra_id_0> ...

  std::int32_t pad() const { return static_cast<std::int32_t>(first); }
  std::int32_t bos() const { return static_cast<std::int32_t>(first + 1); }
  std::int32_t eos() const { return static_cast<std::int32_t>(first + 2); }
  std::int32_t sentinel(std::int64_t index) const { return static_cast<std::int32_t>(first + kMarks + index); }
  bool is_sentinel(std::int32_t id) const { return id >= first + kMarks && id < vocabulary(); }
  /// Ids of text and special ones together: the rows of an embedding.
  std::int64_t vocabulary() const { return first + kMarks + sentinels; }
};

/// A tokenizer with special tokens behind its own.
struct TextTokens {
  std::unique_ptr<Tokenizer> tokenizer;
  SpecialTokens special;

  /// What a model that wrote these ids means: the text up to the first eos, without special tokens.
  std::string text(std::span<const std::int32_t> ids) const;
};

/// Learns from the training split; vocab bounds all ids, the special ones included.
/// Throws UserError when that leaves too few for any vocabulary of this kind.
TextTokens train_text_tokens(const std::string& tokenizer, std::string_view training_text, std::int64_t vocab, std::int64_t sentinels = 0);

}  // namespace synthbench
