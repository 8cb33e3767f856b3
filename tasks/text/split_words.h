#pragma once

#include <algorithm>
#include <string_view>

namespace synthbench {

/// Where a word lies in a text: [start, end); an empty one behind the last word.
struct WordPlace {
  std::size_t start = 0, end = 0;
};

/// The first run of non-blank characters of text, or its first line break where that comes before.
inline WordPlace next_word(std::string_view text) {
  const std::size_t start = std::min(text.find_first_not_of(" \t\r"), text.size());
  if (start == text.size()) return {start, start};
  if (text[start] == '\n') return {start, start + 1};
  return {start, std::min(text.find_first_of(" \t\r\n", start), text.size())};
}

/// Calls use(word) for each run of non-blank characters, and use("\n") for each line break.
template <typename Use>
void for_each_word(std::string_view text, Use use) {
  for (WordPlace word = next_word(text); word.start < word.end; word = next_word(text)) {
    use(text.substr(word.start, word.end - word.start));
    text.remove_prefix(word.end);
  }
}

}  // namespace synthbench
