#pragma once

#include <string>
#include <vector>

namespace synthbench {

/// Lines that belong together: one wrapped text, or lines that stay as they are.
struct Paragraph {
  bool verbatim = false;
  std::vector<std::string> lines;
};

/// A page of `help TOPIC`, of section 7 of the man pages and of docs/topics.md, all written from here.
struct Topic {
  std::string name, summary;
  std::string text;                 ///< paragraphs between empty lines; lines that begin with two blanks are verbatim
  std::string (*more)() = nullptr;  ///< what the program knows, in the same form

  std::vector<Paragraph> paragraphs() const;
};

/// Sorted by name.
const std::vector<Topic>& topics();
std::vector<std::string> topic_names();
const Topic* find_topic(const std::string& name);

}  // namespace synthbench
