// Subwords by SentencePiece, BPE and unigram: trained once on the training split, kept in the cache by content hash.
// Nothing is normalised, and what no piece spells falls back to bytes, so that any UTF-8 text comes back exactly and
// perplexity per word and bits per byte are honest. Lines are encoded one by one; the byte piece of "\n" stands between
// them. So do parts of a line around U+2581, between which its three byte pieces stand: SentencePiece would give a blank back.
#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <algorithm>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "tasks/text/cache.h"
#include "tasks/text/tokenizer.h"

namespace synthbench {
namespace {

constexpr std::string_view kBlankMark = "\xE2\x96\x81";  // U+2581, SentencePiece's own sign for a blank
// Bytes of a line of training text. SentencePiece leaves out lines beyond max_sentence_length, and its BPE trainer ends the process
// at a word of 2^16 characters.
constexpr std::size_t kLongestLine = 1 << 15;
// Bytes of text that a model learns from: of a longer one every second line, every third ..., as the trainer holds them all in memory.
constexpr std::size_t kMostText = std::size_t{256} << 20;

/// The lines of a training text, those that are too long in several parts.
class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(std::string_view text) : rest_(text), of_(1 + (text.size() - 1) / kMostText) { next_part_with_text(); }
  bool done() const override { return done_; }
  void Next() override {
    for (std::size_t k = 0; k < of_ && !done_; ++k) next_part_with_text();
  }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  /// Blank lines are not counted: they may be every second one. Where all lines are taken they are too.
  void next_part_with_text() {
    do next_part();
    while (of_ > 1 && !done_ && line_.find_first_not_of(" \t\r") == std::string::npos);
  }
  void next_part() {
    if (rest_.empty()) {
      done_ = true;
      return;
    }
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    const std::size_t cut = end <= kLongestLine ? end : place_to_cut();
    line_ = rest_.substr(0, cut);
    rest_.remove_prefix(cut == end ? std::min(end + 1, rest_.size()) : cut);
  }
  /// Behind the last blank that fits, else before a character.
  std::size_t place_to_cut() const {
    if (const std::size_t blank = rest_.substr(0, kLongestLine).rfind(' '); blank != std::string_view::npos) return blank + 1;
    std::size_t end = kLongestLine;
    while (end > 1 && (static_cast<unsigned char>(rest_[end]) & 0xC0) == 0x80) --end;
    return end;
  }

  std::string_view rest_;
  std::size_t of_;  ///< one of so many lines is taken
  std::string line_;
  bool done_ = false;
};

std::string train(const std::string& type, std::string_view text, std::int64_t vocab) {
  if (text.find_first_not_of(" \n") == std::string_view::npos) {
    throw UserError(fmt::format("tokenizer '{}' learns from the training split, which has nothing but blanks", type));
  }
  Lines lines(text);
  std::string model;
  const auto status = sentencepiece::SentencePieceTrainer::Train(
      {{"model_type", type},
       {"vocab_size", std::to_string(vocab)},
       {"hard_vocab_limit", "false"},  // an upper bound
       {"character_coverage", "1.0"},
       {"byte_fallback", "true"},
       {"normalization_rule_name", "identity"},
       {"remove_extra_whitespaces", "false"},
       {"bos_id", "-1"},
       {"eos_id", "-1"},
       {"max_sentence_length", std::to_string(kLongestLine)},
       {"num_threads", "1"},  // sums over threads would round differently from machine to machine
       {"minloglevel", "2"}},
      &lines, &model);
  if (!status.ok()) {
    throw UserError(fmt::format("data.vocab is {}: tokenizer '{}' cannot be trained: {}", vocab, type, status.message()));
  }
  return model;
}

class SentencePiece final : public Tokenizer {
 public:
  explicit SentencePiece(const std::string& model) {
    if (const auto status = processor_.LoadFromSerializedProto(model); !status.ok()) throw std::runtime_error(status.ToString());
    line_break_ = {"\n", {processor_.PieceToId("<0x0A>")}};
    blank_mark_ = {kBlankMark, {processor_.PieceToId("<0xE2>"), processor_.PieceToId("<0x96>"), processor_.PieceToId("<0x81>")}};
  }
  std::int64_t vocabulary() const override { return processor_.GetPieceSize(); }
  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    for (;;) {
      const auto [part, separator] = first_part(text);
      const std::vector<int> pieces = processor_.EncodeAsIds({part.data(), part.size()});
      ids.insert(ids.end(), pieces.begin(), pieces.end());
      if (separator == nullptr) return ids;
      ids.insert(ids.end(), separator->ids.begin(), separator->ids.end());
      text.remove_prefix(part.size() + separator->text.size());
    }
  }
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    for (;;) {
      const auto [part, separator] = first_part(ids);
      text += processor_.DecodeIds({part.begin(), part.end()});
      if (separator == nullptr) return text;
      text += separator->text;
      ids = ids.subspan(part.size() + separator->ids.size());
    }
  }
  /// Whole parts are known by their separators; only the part in which `first` ends is encoded again.
  std::size_t source_bytes(std::string_view text, std::span<const std::int32_t> first) const override {
    std::string_view rest = text;
    for (;;) {
      const auto [ids, separator] = first_part(first);
      const std::string_view part = first_part(rest).part;
      if (separator == nullptr) return text.size() - rest.size() + bytes_of(part, ids.size());
      rest.remove_prefix(part.size() + separator->text.size());
      first = first.subspan(ids.size() + separator->ids.size());
    }
  }

 private:
  /// What stands between two parts of a text that are encoded each for itself: its bytes, and a byte piece for each.
  struct Separator {
    std::string_view text;
    std::vector<std::int32_t> ids;
  };
  template <typename Row>
  struct Part {
    Row part;
    const Separator* separator;  ///< behind it; null at the end
  };

  Part<std::string_view> first_part(std::string_view text) const {
    constexpr std::string_view starts = "\n\xE2";
    for (std::size_t k = text.find_first_of(starts); k != std::string_view::npos; k = text.find_first_of(starts, k + 1)) {
      for (const Separator* separator : {&line_break_, &blank_mark_}) {
        if (text.substr(k).starts_with(separator->text)) return {text.substr(0, k), separator};
      }
    }
    return {text, nullptr};
  }
  Part<std::span<const std::int32_t>> first_part(std::span<const std::int32_t> ids) const {
    for (std::size_t k = 0; k < ids.size(); ++k) {
      for (const Separator* separator : {&line_break_, &blank_mark_}) {
        const std::size_t size = separator->ids.size();
        if (k + size <= ids.size() && std::ranges::equal(ids.subspan(k, size), separator->ids)) return {ids.first(k), separator};
      }
    }
    return {ids, nullptr};
  }

  /// Bytes of a part that its first pieces stand for. Of a character that falls back to bytes the last piece has the
  /// place of them all, the others have none: one byte each. The blank that is put before a part is no byte of it. Pieces
  /// behind those of the part are the first ones of its separator: one byte each.
  std::size_t bytes_of(std::string_view part, std::size_t pieces) const {
    if (pieces == 0) return 0;
    const sentencepiece::ImmutableSentencePieceText encoding = processor_.EncodeAsImmutableProto({part.data(), part.size()});
    std::size_t bytes = 0;
    for (std::size_t k = 0; k < std::min(pieces, encoding.pieces_size()); ++k) {
      const auto piece = encoding.pieces(static_cast<int>(k));
      if (piece.end() > piece.begin())
        bytes = piece.end();
      else if (processor_.IsByte(static_cast<int>(piece.id())))
        ++bytes;
    }
    return bytes + pieces - std::min(pieces, encoding.pieces_size());
  }

  sentencepiece::SentencePieceProcessor processor_;
  Separator line_break_, blank_mark_;
};

std::unique_ptr<Tokenizer> trained_once(const std::string& type, std::string_view text, std::int64_t vocab) {
  constexpr int kRecipe = 3;  // raise it when train() would make another model of the same text
  const std::string key =
      sha256(fmt::format("sentencepiece {} {} {} {} {}", SYNTHBENCH_SENTENCEPIECE_VERSION, kRecipe, type, vocab, sha256(text)));
  const std::string model = cached("tokenizers/" + key + ".model", [&] { return train(type, text, vocab); });
  return std::make_unique<SentencePiece>(model);
}

bool add(const std::string& type, const std::string& summary) {
  return tokenizers().add(type, {summary, [type](std::string_view text, std::int64_t vocab) { return trained_once(type, text, vocab); }});
}

const bool registered =
    add("bpe", "subwords by merging pairs (SentencePiece)") && add("unigram", "subwords by a unigram model (SentencePiece)");

}  // namespace
}  // namespace synthbench
