// From argv to an exit code: which command, its flags, and what becomes of errors.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <new>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/base/words.h"
#include "harness/cli/command.h"
#include "harness/cli/help.h"
#include "harness/cli/option_tree.h"
#include "harness/cli/output.h"
#include "harness/cli/user_config.h"

namespace synthbench {
namespace {

bool is_help(const std::string& word) { return word == "-h" || word == "--help"; }

/// "-oe FMT" and "-oe=FMT" are two letters behind one dash: for CLI11 they would be "-o e".
std::vector<std::string> with_long_names(std::vector<std::string> words) {
  for (std::string& word : words) {
    if (word == "--") break;
    if (word == "-oe" || word.starts_with("-oe=")) word = "--output-err" + word.substr(3);
  }
  return words;
}

struct Found {
  std::string name;
  const Command* command = nullptr;
  std::vector<std::string> rest;
};

/// "check golden DIR" is the command "check golden"; the first word alone may be a command too.
Found find_command(const std::vector<std::string>& words) {
  for (const std::size_t count : {std::size_t{2}, std::size_t{1}}) {
    if (words.size() < count) continue;
    const std::string name = count == 2 ? words[0] + " " + words[1] : words[0];
    if (const Command* command = commands().find(name))
      return {name, command, {words.begin() + static_cast<std::ptrdiff_t>(count), words.end()}};
  }
  return {};
}

[[noreturn]] void refuse_unknown(const std::vector<std::string>& words) {
  const std::vector<std::string> names = shown_commands();
  std::vector<std::string> members;  // of the family that the first word names, "check"
  for (const std::string& name : names) {
    if (name.starts_with(words[0] + " ")) members.push_back(name.substr(words[0].size() + 1));
  }
  if (!members.empty() && words.size() == 1) throw UserError(words[0] + " needs one of: " + join(members));
  if (!members.empty()) throw UserError(unknown_word(words[0] + " command", words[1], members));
  if (words[0].starts_with("-")) throw UserError("'" + words[0] + "' before a command: flags follow the command (see synthbench --help)");
  std::string near = nearest_word(words[0], names);
  throw UserError("unknown command '" + words[0] + "'" + (near.empty() ? " (see synthbench --help)" : " (did you mean '" + near + "'?)"));
}

std::vector<std::string>& words_of_this_run() {
  static std::vector<std::string> words;
  return words;
}

std::string& name_of_this_program() {
  static std::string name;
  return name;
}

Exit refuse(const std::string& text, Exit code) {
  std::fprintf(stderr, "synthbench: %s\n", on_one_line(text).c_str());
  return code;
}

}  // namespace

Registry<Command>& commands() {
  static Registry<Command> registry("command");
  return registry;
}

const std::vector<std::string>& command_line() { return words_of_this_run(); }

std::string program_name() { return name_of_this_program().empty() ? "synthbench" : shell_word(name_of_this_program()); }

Exit run_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty()) throw UserError("no command (see synthbench --help)");
  const std::vector<std::string> words = with_long_names(arguments);
  if (is_help(words[0])) {
    write_stdout(help_of_all());
    return Exit::well;
  }
  if (words[0] == "--version" || words[0] == "-V") return run_command_line({"version"});

  const Found found = find_command(words);
  const auto end = std::ranges::find(words, "--");
  const bool help = std::any_of(words.begin(), end, is_help);
  if (found.command == nullptr) {
    if (!help || words.size() > 2 || is_help(words[0])) refuse_unknown(words);
    write_stdout(help_about(words[0]));
    return Exit::well;
  }
  if (help) {
    write_stdout(help_of(found.name, *found.command));
    return Exit::well;
  }
  FlagSet flags(found.name);
  const Action action = found.command->declare(flags);
  const bool hidden = found.name.starts_with("_");  // called by programs: what a user likes does not matter to them
  flags.parse(found.rest, hidden ? std::vector<Setting>{} : read_user_config());
  return action();
}

/// What is typed is stored as JSON and printed.
void refuse_other_bytes(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    try {
      (void)Json(word).dump();
    } catch (const Json::exception&) {
      throw UserError("'" + Json(word).dump(-1, ' ', false, Json::error_handler_t::replace) + "' on the command line is not UTF-8");
    }
  }
}

int cli_main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away ends us quietly: write_stdout sees EPIPE
  const auto code = [&] {
    try {
      name_of_this_program() = argv[0];
      words_of_this_run().assign(argv + 1, argv + argc);
      refuse_other_bytes(words_of_this_run());
      return run_command_line(command_line());
    } catch (const UserError& error) {
      return refuse(error.what(), Exit::usage);
    } catch (const NothingDone& error) {
      return refuse(error.what(), Exit::nothing_done);
    } catch (const std::bad_alloc&) {
      return refuse("out of memory", Exit::internal);
    } catch (const std::exception& error) {
      return refuse(std::string("internal error: ") + error.what(), Exit::internal);
    }
  }();
  return static_cast<int>(code);
}

}  // namespace synthbench
