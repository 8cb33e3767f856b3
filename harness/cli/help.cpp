#include "harness/cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/cli/option_tree.h"
#include "harness/cli/topics.h"

namespace synthbench {
namespace {

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

/// "-o, --output FORMAT", long names under each other.
std::string spelled(const FlagSet::Entry& flag) {
  std::string names = join(names_of(flag));
  if (names.starts_with("--")) names = "    " + names;
  return flag.value.empty() ? names : names + " " + flag.value;
}

std::string commands_of_group(const std::string& group) {
  std::string lines;
  for (const auto& [name, command] : commands()) {
    if (command.group == group) lines += two_columns(name, command.summary);
  }
  return lines.empty() ? "" : fmt::format("\n{}:\n{}", group, lines);
}

std::string help_of_topic(const Topic& topic) {
  std::string out = fmt::format("{}: {}\n", topic.name, topic.summary);
  for (const Paragraph& paragraph : topic.paragraphs()) {
    out += "\n";
    for (const std::string& line : paragraph.lines) out += paragraph.verbatim ? "  " + line + "\n" : wrapped(line, 0, 0) + "\n";
  }
  return out;
}

}  // namespace

const std::vector<std::string>& command_groups() {
  static const std::vector<std::string> groups = {"Plan and run", "Look at results", "Keep results", "Check and count", "About"};
  return groups;
}

std::string what_it_is() {
  return "synthbench ablates self-attention: it expands a grid of variants, lengths, backends and seeds into cells, trains and times each "
         "in a "
         "process of its own, stores everything in one SQLite file and prints the tables.";
}

std::vector<std::string> first_steps() {
  return {"synthbench run ablations/grids/quickstart.toml", "synthbench bench -m vanilla,dense -l 128-512*2"};
}

std::string help_of_all() {
  std::string out = wrapped(what_it_is(), 0, 0) + "\n\nUsage: synthbench COMMAND [ARGUMENTS] [FLAGS]\n";
  for (const std::string& group : command_groups()) out += commands_of_group(group);
  out += "\nFlags of a command: synthbench COMMAND --help. Each flag has a variable: --seq-len is SYNTHBENCH_SEQ_LEN.\n";
  out += wrapped("Pages of `synthbench help TOPIC`: " + join(topic_names()), 2, 0) + "\nFirst steps:\n";
  for (const std::string& line : first_steps()) out += "  " + line + "\n";
  return out;
}

std::string help_of(const std::string& name, const Command& command) {
  const CommandFacts facts = facts_of(name, command);
  std::string out = fmt::format("synthbench {}: {}\n\nUsage: {}\n", name, command.summary, facts.usage());
  if (!command.about.empty()) out += "\n" + wrapped(command.about, 0, 0) + "\n";
  if (!facts.arguments.empty()) out += "\nArguments:\n";
  for (const FlagSet::Entry& argument : facts.arguments) out += two_columns(argument.names, argument.help);
  for (const CommandFacts::Section& section : facts.sections) {
    out += "\n" + section.title + ":\n";
    for (const FlagSet::Entry& flag : section.flags) out += two_columns(spelled(flag), flag.help);
  }
  out += "\nExample:\n";
  for (const std::string& line : facts.examples) out += "  " + line + "\n";
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
  std::vector<std::string> known = shown_commands();
  const bool family = std::ranges::any_of(known, [&](const std::string& name) { return name.starts_with(topic + " "); });
  if (family) return help_of_family(topic);
  if (const Topic* page = find_topic(topic)) return help_of_topic(*page);
  for (const std::string& name : topic_names()) known.push_back(name);
  throw UserError(unknown_word("help topic", topic, known));
}

}  // namespace synthbench
