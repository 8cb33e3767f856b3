#pragma once

#include <string>

#include "harness/cli/command.h"

namespace synthbench {

/// Headings of the list of commands, in its order; Command::group is one of them, or "hidden".
const std::vector<std::string>& command_groups();
std::string what_it_is();
std::vector<std::string> first_steps();

/// Every command by group, for `synthbench --help`.
std::string help_of_all();
/// One command: what it does, usage, arguments, flags by group with their environment variables, an example.
std::string help_of(const std::string& name, const Command& command);
/// The commands that begin with a word: `check --help`.
std::string help_of_family(const std::string& word);

/// Where `help TOPIC`, `TOPIC --help` lead: a command, a family of commands, or a page (topics.h).
/// Throws UserError with the nearest of them.
std::string help_about(const std::string& topic);

}  // namespace synthbench
