#pragma once

#include <string>

#include "harness/cli/command.h"

namespace synthbench {

/// Every command by group, for `synthbench --help`.
std::string help_of_all();
/// One command: what it does, usage, arguments, flags by group with their environment variables, an example.
std::string help_of(const std::string& name, const Command& command);
/// The commands that begin with a word: `check --help`.
std::string help_of_family(const std::string& word);

/// Where `help TOPIC`, `TOPIC --help` lead; throws UserError with the nearest command.
std::string help_about(const std::string& topic);

}  // namespace synthbench
