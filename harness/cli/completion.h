#pragma once

#include <string>
#include <vector>

#include "harness/cli/option_tree.h"

namespace synthbench {

/// Scripts that complete commands, flags and values; everything they know is in the tree.
std::string bash_completion(const std::vector<CommandFacts>& tree);
std::string zsh_completion(const std::vector<CommandFacts>& tree);
std::string fish_completion(const std::vector<CommandFacts>& tree);

/// "check golden" -> {"check", {"golden", ...}}: families, and commands of one word with nothing below them. Sorted.
struct CommandWord {
  std::string word, summary;
  std::vector<const CommandFacts*> members;  ///< empty: a command of one word
};
std::vector<CommandWord> command_words(const std::vector<CommandFacts>& tree);

/// A text as one word of a POSIX shell, in single quotes.
std::string single_quoted(const std::string& text);

}  // namespace synthbench
