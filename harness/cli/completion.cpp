// completion SHELL: a script that completes commands, flags and values, written from the option tree.
#include "harness/cli/completion.h"

#include <algorithm>
#include <memory>

#include "harness/base/error.h"
#include "harness/base/words.h"
#include "harness/cli/output.h"

namespace synthbench {
namespace {

const std::vector<std::string> kShells = {"bash", "zsh", "fish"};

struct CompletionCommand {
  std::string shell;

  Exit run() const {
    if (std::ranges::find(kShells, shell) == kShells.end()) throw UserError(unknown_word("shell", shell, kShells));
    const std::vector<CommandFacts> tree = option_tree();
    write_stdout(shell == "bash" ? bash_completion(tree) : shell == "zsh" ? zsh_completion(tree) : fish_completion(tree));
    return Exit::well;
  }
};

const bool registered = commands().add(
    "completion",
    {.group = "About",
     .summary = "a script that completes commands, flags and values in a shell",
     .about =
         "Prints the script for bash, zsh or fish; it knows every command, flag and value that --help knows. In bash and zsh load it from "
         "~/.bashrc or, after compinit, from ~/.zshrc with `source <(synthbench completion bash)`; fish reads it from "
         "~/.config/fish/completions/synthbench.fish.",
     .example = "synthbench completion bash\nsynthbench completion fish > ~/.config/fish/completions/synthbench.fish",
     .declare = [](FlagSet& flags) -> Action {
       const auto command = std::make_shared<CompletionCommand>();
       flags.argument("SHELL", command->shell, join(kShells), true, kShells);
       return [command] { return command->run(); };
     }});

}  // namespace

std::vector<CommandWord> command_words(const std::vector<CommandFacts>& tree) {
  std::vector<CommandWord> words;
  for (const CommandFacts& facts : tree) {
    const std::size_t blank = facts.name.find(' ');
    const std::string word = facts.name.substr(0, blank);
    if (words.empty() || words.back().word != word) words.push_back({word, facts.summary, {}});
    if (blank == std::string::npos) continue;
    CommandWord& family = words.back();
    family.members.push_back(&facts);
    family.summary = family.members.size() == 1 ? facts.name.substr(blank + 1) : family.summary + ", " + facts.name.substr(blank + 1);
  }
  return words;
}

std::string single_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace synthbench
