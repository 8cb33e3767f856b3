#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/base/registry.h"
#include "harness/cli/flags.h"

namespace synthbench {

/// Exit codes that a command returns; errors are exceptions (harness/base/error.h).
enum class Exit : int {
  well = 0,
  internal = 1,
  usage = 2,
  some_failed = 3,
  regression = 4,
  nothing_done = 5,
  interrupted = 130,
  terminated = 143
};

/// What runs once the command line is read.
using Action = std::function<Exit()>;

/// One subcommand. Adding one is a file with `commands().add("name", {...})` and its line in CMakeLists.txt.
struct Command {
  std::string group;    ///< heading in `synthbench --help`: one of command_groups() in help.h
  std::string summary;  ///< one line
  std::string about;    ///< a paragraph for its --help; may be empty
  std::string example;  ///< one or more lines, each a command that works
  /// Declares flags and returns what runs with their values.
  std::function<Action(FlagSet& flags)> declare;
};

/// By name; "check golden" has two words.
Registry<Command>& commands();

/// Runs one command line (without the program's name). Throws what the command throws.
Exit run_command_line(const std::vector<std::string>& arguments);

/// The words of the running command line, without the program's name: stored with a sweep, passed on to synthbench-torch.
const std::vector<std::string>& command_line();
/// How this program was called, as a word of a shell: commands that are printed begin with it and can be pasted.
std::string program_name();

/// All of it: errors become one line on stderr and an exit code.
int cli_main(int argc, char** argv);

}  // namespace synthbench
