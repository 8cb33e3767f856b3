#include "harness/cli/option_tree.h"

#include <algorithm>
#include <string_view>

#include "harness/base/words.h"

namespace synthbench {

std::string CommandFacts::usage() const {
  std::string text = "synthbench " + name;
  for (const FlagSet::Entry& argument : arguments) text += " " + argument.names;
  const bool flags = sections.size() > 1 || sections.front().flags.size() > 1;  // than --help alone
  return text + (flags ? " [FLAGS]" : "");
}

CommandFacts facts_of(const std::string& name, const Command& command) {
  FlagSet flags(name);
  const Action unused = command.declare(flags);
  CommandFacts facts{name, command.group, command.summary, command.about, split(command.example, '\n'), flags.arguments(), {}};
  for (const FlagSet::Entry& flag : flags.flags()) {
    auto section = std::ranges::find(facts.sections, flag.group, &CommandFacts::Section::title);
    if (section == facts.sections.end()) section = facts.sections.insert(section, {flag.group, {}});
    section->flags.push_back(flag);
  }
  if (facts.sections.empty()) facts.sections.push_back({"Flags", {}});
  facts.sections.back().flags.push_back({"-h,--help", {}, "print this", {}, {}});
  return facts;
}

std::vector<std::string> shown_commands() {
  std::vector<std::string> names = commands().names();
  std::erase_if(names, [](const std::string& name) { return name.starts_with("_"); });
  return names;
}

std::vector<CommandFacts> option_tree() {
  std::vector<CommandFacts> tree;
  for (const std::string& name : shown_commands()) tree.push_back(facts_of(name, commands().at(name)));
  return tree;
}

std::vector<std::string> names_of(const FlagSet::Entry& flag) {
  std::vector<std::string> names = split(flag.names, ',');
  if (flag.names == "--output-err") names.insert(names.begin(), "-oe");
  return names;
}

ValueKind kind_of(const FlagSet::Entry& entry) {
  if (!entry.words.empty()) return ValueKind::words;
  std::string value = entry.value.empty() ? entry.names : entry.value;  // of a flag, of an argument
  if (entry.repeated) value.resize(value.size() - std::string_view("...").size());
  if (value == "DIR") return ValueKind::folder;
  return value == "GRID" || value == "FILE" || value == "PATH" ? ValueKind::file : ValueKind::free;
}

}  // namespace synthbench
