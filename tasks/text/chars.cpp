// One id per UTF-8 character of the training text; a byte that belongs to no character is a symbol of its own.
#include "tasks/text/lexicon.h"
#include "tasks/text/tokenizer.h"

namespace synthbench {
namespace {

constexpr const char* kReplacement = "\xEF\xBF\xBD";  // U+FFFD, what unknown characters come back as

template <typename Use>
void for_each_character(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    use(text.substr(0, length));
    text.remove_prefix(length);
  }
}

SymbolCounts characters_of(std::string_view text) {
  SymbolCounts counts;
  for_each_character(text, [&](std::string_view character) {
    const auto found = counts.find(character);
    if (found == counts.end())
      counts.emplace(character, 1);
    else
      ++found->second;
  });
  return counts;
}

class Chars final : public Tokenizer {
 public:
  Chars(std::string_view text, std::int64_t vocab) : lexicon_(characters_of(text), vocab, kReplacement) {}
  std::int64_t vocabulary() const override { return lexicon_.size(); }
  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<std::int32_t> ids;
    ids.reserve(text.size());
    for_each_character(text, [&](std::string_view character) { ids.push_back(lexicon_.id(character)); });
    return ids;
  }
  std::string decode(std::span<const std::int32_t> ids) const override {
    std::string text;
    for (const std::int32_t id : ids) text += lexicon_.symbol(id);
    return text;
  }
  std::size_t source_bytes(std::string_view text, std::span<const std::int32_t> first) const override {
    std::size_t bytes = 0;
    for (std::size_t left = first.size(); left > 0; --left) bytes += character_length(text.substr(bytes));
    return bytes;
  }
  std::optional<std::int32_t> unknown() const override { return Lexicon::kUnknown; }

 private:
  Lexicon lexicon_;
};

const bool registered = tokenizers().add("chars", {"one id per character of the training text; id 0 is any other",
                                                   [](std::string_view text, std::int64_t vocab) -> std::unique_ptr<Tokenizer> {
                                                     return std::make_unique<Chars>(text, vocab);
                                                   }});

}  // namespace
}  // namespace synthbench
