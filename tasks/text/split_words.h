#pragma once

#include <string_view>

namespace synthbench {

/// Calls use(word) for each run of non-blank characters, and use("\n") for each line break.
template <typename Use>
void for_each_word(std::string_view text, Use use) {
  while (!text.empty()) {
    const std::size_t start = text.find_first_not_of(" \t\r");
    if (start == std::string_view::npos) return;
    text.remove_prefix(start);
    std::size_t length = text.front() == '\n' ? 1 : text.find_first_of(" \t\r\n");
    if (length == std::string_view::npos) length = text.size();
    use(text.substr(0, length));
    text.remove_prefix(length);
  }
}

}  // namespace synthbench
