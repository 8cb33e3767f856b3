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

Spool encoded(const Tokenizer& tokenizer, std::string_view text) {
  constexpr std::size_t kAtATime = 1 << 20;
  Spool ids;
  while (!text.empty()) {
    const std::size_t line_end = text.size() <= kAtATime ? std::string_view::npos : text.find('\n', kAtATime);
    const std::string_view lines = text.substr(0, line_end == std::string_view::npos ? line_end : line_end + 1);
    ids.append(tokenizer.encode(lines));
    text.remove_prefix(lines.size());
  }
  ids.close();
  return ids;
}

}  // namespace synthbench
