// help [TOPIC]
#include <memory>

#include "harness/cli/command.h"
#include "harness/cli/help.h"
#include "harness/cli/output.h"

namespace synthbench {
namespace {

struct HelpCommand {
  std::string topic, second;

  Exit run() const {
    write_stdout(help_about(second.empty() ? topic : topic + " " + second));
    return Exit::well;
  }
};

const bool registered = commands().add("help", {.group = "About",
                                                .summary = "all commands, or one of them",
                                                .about = {},
                                                .example = "synthbench help run\nsynthbench help check golden",
                                                .declare = [](FlagSet& flags) -> Action {
                                                  const auto command = std::make_shared<HelpCommand>();
                                                  flags.argument("COMMAND", command->topic, "a command, or the first word of one", false);
                                                  flags.argument("WORD", command->second, "its second word: golden", false);
                                                  return [command] { return command->run(); };
                                                }});

}  // namespace
}  // namespace synthbench
