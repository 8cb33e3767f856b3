// help [TOPIC]: a command, or a page on a concept.
#include <algorithm>
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/help.h"
#include "harness/cli/option_tree.h"
#include "harness/cli/output.h"
#include "harness/cli/topics.h"

namespace synthbench {
namespace {

struct HelpCommand {
  std::string topic, second;

  Exit run() const {
    write_stdout(help_about(second.empty() ? topic : topic + " " + second));
    return Exit::well;
  }
};

/// What completion offers: first words of commands, and pages.
std::vector<std::string> words_after_help() {
  std::vector<std::string> words = topic_names();
  for (const std::string& name : shown_commands()) words.push_back(split(name, ' ').front());
  std::ranges::sort(words);
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

const bool registered = commands().add("help", {.group = "About",
                                                .summary = "all commands, one of them, or a page on a concept",
                                                .about = "Topics are commands and these pages: " + join(topic_names()) + ".",
                                                .example = "synthbench help run\nsynthbench help check golden\nsynthbench help ranges",
                                                .declare = [](FlagSet& flags) -> Action {
                                                  const auto command = std::make_shared<HelpCommand>();
                                                  flags.argument("TOPIC", command->topic, "a command, the first word of one, or a page",
                                                                 false, words_after_help());
                                                  flags.argument("WORD", command->second, "its second word: golden", false);
                                                  return [command] { return command->run(); };
                                                }});

}  // namespace
}  // namespace synthbench
