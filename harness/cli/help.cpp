#include "harness/cli/help.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace synthbench {
namespace {

constexpr std::array kCommandGroups = {"Plan and run", "Look at results", "Keep results", "Check and count", "About"};
constexpr std::size_t kWidth = 100;

/// Words of text in lines of kWidth, later lines indented.
std::string wrapped(const std::string& text, std::size_t indent, std::size_t first_column) {
  std::string out;
  std::size_t column = first_column;
  for (const std::string& word : split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (!out.empty()) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

std::string two_columns(const std::string& left, const std::string& right) {
  constexpr std::size_t kLeft = 30;
  const std::string head = "  " + left;
  const std::string gap = head.size() + 2 <= kLeft ? std::string(kLeft - head.size(), ' ') : "\n" + std::string(kLeft, ' ');
  return head + gap + wrapped(right, kLeft, kLeft) + "\n";
}

std::string spelled(const FlagSet::Entry& flag) {
  std::string names = join(split(flag.names, ','), ", ");
  if (names.starts_with("--")) names = "    " + names;
  return flag.value.empty() ? names : names + " " + flag.value;
}

/// -oe is two letters behind one dash, which CLI11 cannot spell: cli.cpp reads it as --output-err.
std::string shown_names(const FlagSet::Entry& flag) {
  if (flag.names == "--output-err") return "-oe, --output-err " + flag.value;
  return spelled(flag);
}

}  // namespace

std::string help_of_all() {
  std::string out =
      "synthbench ablates self-attention: it expands a grid of variants, lengths, backends and seeds into cells, trains and\n"
      "times each in a process of its own, stores everything in one SQLite file and prints the tables.\n\n"
      "Usage: synthbench COMMAND [ARGUMENTS] [FLAGS]\n";
  for (const char* group : kCommandGroups) {
    std::string lines;
    for (const auto& [name, command] : commands()) {
      if (command.group == group) lines += two_columns(name, command.summary);
    }
    if (!lines.empty()) out += fmt::format("\n{}:\n{}", group, lines);
  }
  out +=
      "\nFlags of a command: synthbench COMMAND --help. Each flag has a variable: --seq-len is SYNTHBENCH_SEQ_LEN.\n"
      "First steps:\n"
      "  synthbench run ablations/grids/quickstart.toml\n"
      "  synthbench bench -m vanilla,dense -l 128-512*2\n";
  return out;
}

std::string help_of(const std::string& name, const Command& command) {
  FlagSet flags(name);
  const Action unused = command.declare(flags);
  std::string usage = "synthbench " + name;
  for (const FlagSet::Entry& argument : flags.arguments()) usage += " " + argument.names;
  std::string out =
      fmt::format("synthbench {}: {}\n\nUsage: {}{}\n", name, command.summary, usage, flags.flags().empty() ? "" : " [FLAGS]");
  if (!command.about.empty()) out += "\n" + wrapped(command.about, 0, 0) + "\n";
  if (!flags.arguments().empty()) out += "\nArguments:\n";
  for (const FlagSet::Entry& argument : flags.arguments()) out += two_columns(argument.names, argument.help);

  std::vector<std::string> groups;
  for (const FlagSet::Entry& flag : flags.flags()) {
    if (std::ranges::find(groups, flag.group) == groups.end()) groups.push_back(flag.group);
  }
  for (const std::string& group : groups) {
    out += "\n" + group + ":\n";
    for (const FlagSet::Entry& flag : flags.flags()) {
      if (flag.group == group) out += two_columns(shown_names(flag), flag.help);
    }
  }
  out += two_columns("-h, --help", "print this");
  out += "\nExample:\n";
  for (const std::string& line : split(command.example, '\n')) out += "  " + line + "\n";
  return out;
}

std::string help_of_family(const std::string& word) {
  std::string out = fmt::format("Usage: synthbench {} COMMAND [ARGUMENTS] [FLAGS]\n\nCommands:\n", word);
  for (const auto& [name, command] : commands()) {
    if (name.starts_with(word + " ")) out += two_columns(name, command.summary);
  }
  return out + fmt::format("\nFlags of a command: synthbench {} COMMAND --help\n", word);
}

std::string help_about(const std::string& topic) {
  if (topic.empty()) return help_of_all();
  if (const Command* command = commands().find(topic)) return help_of(topic, *command);
  const std::vector<std::string> names = commands().names();
  const bool family = std::ranges::any_of(names, [&](const std::string& name) { return name.starts_with(topic + " "); });
  if (family) return help_of_family(topic);
  throw UserError(unknown_word("command", topic, names));
}

}  // namespace synthbench
