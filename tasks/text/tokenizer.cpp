#include "tasks/text/tokenizer.h"

#include "tasks/text/split_words.h"

namespace synthbench {

Registry<TokenizerMaker>& tokenizers() {
  static Registry<TokenizerMaker> registry("tokenizer");
  return registry;
}

std::size_t character_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t length = 1;
  if (lead >= 0xF0 && lead < 0xF8)
    length = 4;
  else if (lead >= 0xE0 && lead < 0xF0)
    length = 3;
  else if (lead >= 0xC0 && lead < 0xE0)
    length = 2;
  if (length > text.size()) return 1;
  for (std::size_t k = 1; k < length; ++k) {
    if ((static_cast<unsigned char>(text[k]) & 0xC0) != 0x80) return 1;
  }
  return length;
}

std::int64_t count_words(std::string_view text) {
  std::int64_t count = 0;
  for_each_word(text, [&](std::string_view) { ++count; });
  return count;
}

}  // namespace synthbench
