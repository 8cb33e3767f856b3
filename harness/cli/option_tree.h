#pragma once

#include <string>
#include <vector>

#include "harness/cli/command.h"

namespace synthbench {

/// A command with its flags and arguments declared: what --help, man pages and completion are written from.
struct CommandFacts {
  struct Section {
    std::string title;  ///< "Running"
    std::vector<FlagSet::Entry> flags;
  };
  std::string name, group, summary, about;
  std::vector<std::string> examples;  ///< one command each
  std::vector<FlagSet::Entry> arguments;
  std::vector<Section> sections;  ///< the last one ends with -h, --help

  std::string usage() const;  ///< "synthbench run GRID [FLAGS]"
};

CommandFacts facts_of(const std::string& name, const Command& command);
/// Without the hidden commands, whose names begin with '_'.
std::vector<CommandFacts> option_tree();
/// The names alone.
std::vector<std::string> shown_commands();

/// "-o,--output" -> {"-o", "--output"}; "--output-err" has also "-oe", which CLI11 cannot spell (cli.cpp reads it).
std::vector<std::string> names_of(const FlagSet::Entry& flag);

/// What stands for a value, judged by its name: GRID, FILE and PATH are files, DIR a folder.
enum class ValueKind { words, file, folder, free };
ValueKind kind_of(const FlagSet::Entry& entry);

}  // namespace synthbench
