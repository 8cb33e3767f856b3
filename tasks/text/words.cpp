// One id per blank-separated word and per line break, as word-level corpora (WikiText) are written. Case and
// punctuation stay. Blanks are not kept: decode puts one between words.
#include "tasks/text/lexicon.h"
#include "tasks/text/split_words.h"
#include "tasks/text/tokenizer.h"

namespace synthbench {
namespace {

SymbolCounts words_of(std::string_view text) {
  SymbolCounts counts;
  for_each_word(text, [&](std::string_view word) {
    const auto found = counts.find(word);
    if (found == counts.end())
      counts.emplace(word, 1);
    else
      ++found->second;
  });
  return counts;
}

class Words final : public Tokenizer {
 public:
  Words(std::string_view text, std::int64_t vocab) : lexicon_(words_of(text), vocab, "<unk>") {}
  std::int64_t vocabulary() const override { return lexicon_.size(); }
  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    for_each_word(text, [&](std::string_view word) { ids.push_back(lexicon_.id(word)); });
    return ids;
  }
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    for (const std::int32_t id : ids) {
      const std::string& word = lexicon_.symbol(id);
      if (!text.empty() && text.back() != '\n' && word != "\n") text += ' ';
      text += word;
    }
    return text;
  }
  std::size_t source_bytes(std::string_view text, std::span<const std::int32_t> first) const override {
    std::string_view rest = text;
    for (std::size_t left = first.size(); left > 0; --left) rest.remove_prefix(next_word(rest).end);
    return text.size() - rest.size();
  }
  std::optional<std::int32_t> unknown() const override { return Lexicon::kUnknown; }
  bool tokens_are_words() const override { return true; }

 private:
  Lexicon lexicon_;
};

const bool registered = tokenizers().add("words", {"one id per blank-separated word and per line break; id 0 is <unk>",
                                                   [](std::string_view text, std::int64_t vocab) -> std::unique_ptr<Tokenizer> {
                                                     return std::make_unique<Words>(text, vocab);
                                                   }});

}  // namespace
}  // namespace synthbench
