// Subwords by SentencePiece, BPE and unigram: trained once on the training split, kept in the cache by content hash.
// Nothing is normalised, and what no piece spells falls back to bytes, so that any UTF-8 text comes back exactly and
// perplexity per word and bits per byte are honest. Lines are encoded one by one; the byte piece of "\n" stands between
// them.
#include <fmt/format.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include "harness/base/error.h"
#include "harness/base/sha256.h"
#include "tasks/text/cache.h"
#include "tasks/text/tokenizer.h"

namespace synthbench {
namespace {

template <typename Use>
void for_each_line(std::string_view text, Use use) {
  for (std::size_t start = 0;;) {
    const std::size_t end = text.find('\n', start);
    use(text.substr(start, end - start), end != std::string_view::npos);
    if (end == std::string_view::npos) return;
    start = end + 1;
  }
}

class Lines final : public sentencepiece::SentenceIterator {
 public:
  explicit Lines(std::string_view text) : rest_(text) { Next(); }
  bool done() const override { return done_; }
  void Next() override {
    if (rest_.empty()) {
      done_ = true;
      return;
    }
    const std::size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
  }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  std::string_view rest_;
  std::string line_;
  bool done_ = false;
};

std::string train(const std::string& type, std::string_view text, std::int64_t vocab) {
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
       {"max_sentence_length", "1048576"},
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
    line_break_ = processor_.PieceToId("<0x0A>");
  }
  std::int64_t vocabulary() const override { return processor_.GetPieceSize(); }
  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    for_each_line(text, [&](std::string_view line, bool ended) {
      const std::vector<int> pieces = processor_.EncodeAsIds({line.data(), line.size()});
      ids.insert(ids.end(), pieces.begin(), pieces.end());
      if (ended) ids.push_back(line_break_);
    });
    return ids;
  }
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    std::vector<int> line;
    for (const std::int32_t id : ids) {
      if (id != line_break_) {
        line.push_back(id);
        continue;
      }
      text += processor_.DecodeIds(line) + '\n';
      line.clear();
    }
    return text + processor_.DecodeIds(line);
  }
  /// Whole lines are known by their line breaks; only the line in which `first` ends is encoded again.
  std::size_t source_bytes(std::string_view text, std::span<const std::int32_t> first) const override {
    std::size_t line = 0, pieces = 0;
    for (const std::int32_t id : first) {
      ++pieces;
      if (id != line_break_) continue;
      line = text.find('\n', line) + 1;
      pieces = 0;
    }
    if (pieces == 0) return line;
    return line + line_bytes(text.substr(line, text.find('\n', line) - line), pieces);
  }

 private:
  /// Bytes of a line that its first pieces stand for. Of a character that falls back to bytes the last piece has the
  /// place of them all, the others have none: one byte each. The blank that is put before a line is no byte of it.
  std::size_t line_bytes(std::string_view line, std::size_t pieces) const {
    const sentencepiece::ImmutableSentencePieceText encoding = processor_.EncodeAsImmutableProto({line.data(), line.size()});
    std::size_t bytes = 0;
    for (std::size_t k = 0; k < pieces; ++k) {
      const auto piece = encoding.pieces(static_cast<int>(k));
      if (piece.end() > piece.begin())
        bytes = piece.end();
      else if (processor_.IsByte(static_cast<int>(piece.id())))
        ++bytes;
    }
    return bytes;
  }

  sentencepiece::SentencePieceProcessor processor_;
  int line_break_ = 0;
};

std::unique_ptr<Tokenizer> trained_once(const std::string& type, std::string_view text, std::int64_t vocab) {
  constexpr int kRecipe = 1;  // raise it when an option of train() changes
  const std::string key = sha256(fmt::format("sentencepiece {} {} {} {}", kRecipe, type, vocab, sha256(text)));
  const std::string model = cached(
      "tokenizers/" + key + ".model",
      [](const std::string& content) { return sentencepiece::SentencePieceProcessor().LoadFromSerializedProto(content).ok(); },
      [&] { return train(type, text, vocab); });
  return std::make_unique<SentencePiece>(model);
}

bool add(const std::string& type, const std::string& summary) {
  return tokenizers().add(type, {summary, [type](std::string_view text, std::int64_t vocab) { return trained_once(type, text, vocab); }});
}

const bool registered =
    add("bpe", "subwords by merging pairs (SentencePiece)") && add("unigram", "subwords by a unigram model (SentencePiece)");

}  // namespace
}  // namespace synthbench
