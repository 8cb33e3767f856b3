#include <fmt/format.h>

#include <algorithm>

#include "harness/base/words.h"
#include "harness/cli/completion.h"

namespace synthbench {
namespace {

/// A text inside a spec of _arguments or _describe, where ':' '[' ']' and '\' mean something.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// Some of its words end in '=' and want more: no blank behind them.
bool open_ended(const FlagSet::Entry& entry) {
  return std::ranges::any_of(entry.words, [](const std::string& word) { return word.ends_with('='); });
}

/// What completes a value: words, a list with commas, files, folders, or nothing.
std::string action(const FlagSet::Entry& entry) {
  switch (kind_of(entry)) {
    case ValueKind::words:
      return fmt::format("{}compadd{} - {}", entry.list ? "_sequence " : "", open_ended(entry) ? " -S \"\"" : "", join(entry.words, " "));
    case ValueKind::file: return "_files";
    case ValueKind::folder: return "_files -/";
    case ValueKind::free: return " ";
  }
  return {};
}

/// One spec of _arguments: '(-m --variant)'{-m,--variant=}'[help]:LIST:action'
std::string spec(const FlagSet::Entry& flag) {
  const std::vector<std::string> names = names_of(flag);
  std::vector<std::string> spelled;
  for (const std::string& name : names) spelled.push_back(!flag.value.empty() && name.starts_with("--") ? name + "=" : name);
  std::string tail = "[" + escaped(flag.help) + "]";
  if (!flag.value.empty()) tail += ":" + escaped(flag.value) + ":" + action(flag);
  if (names.size() == 1) return "'*'" + spelled[0] + single_quoted(tail);
  return "'*'{" + join(spelled, ",") + "}" + single_quoted(tail);
}

std::string arguments_of(const CommandFacts& facts) {
  std::string text = "_arguments -S";
  for (const CommandFacts::Section& section : facts.sections) {
    for (const FlagSet::Entry& flag : section.flags) text += " \\\n        " + spec(flag);
  }
  for (std::size_t i = 0; i < facts.arguments.size(); ++i) {
    const FlagSet::Entry& argument = facts.arguments[i];
    const std::string place = argument.repeated ? "*" : std::to_string(i + 1);
    text += " \\\n        " + single_quoted(fmt::format("{}:{}:{}", place, escaped(argument.names), action(argument)));
  }
  return text;
}

std::string described(const std::string& variable, const std::vector<std::pair<std::string, std::string>>& entries) {
  std::string text = "local -a " + variable + "=(";
  for (const auto& [word, summary] : entries) text += "\n      " + single_quoted(escaped(word) + ":" + escaped(summary));
  return text + ")";
}

std::string case_of_family(const CommandWord& word) {
  std::vector<std::pair<std::string, std::string>> members;
  std::string cases;
  for (const CommandFacts* member : word.members) {
    const std::string second = member->name.substr(word.word.size() + 1);
    members.emplace_back(second, member->summary);
    cases += fmt::format("        {})\n        {} ;;\n", second, arguments_of(*member));
  }
  return fmt::format(
      "    {})\n      {}\n      if (( CURRENT == 2 )); then\n        _describe command members\n        return\n      fi\n"
      "      shift words\n      (( CURRENT-- ))\n      case $words[1] in\n{}      esac ;;\n",
      word.word, described("members", members), cases);
}

}  // namespace

std::string zsh_completion(const std::vector<CommandFacts>& tree) {
  std::vector<std::pair<std::string, std::string>> all;
  std::string cases;
  for (const CommandWord& word : command_words(tree)) {
    all.emplace_back(word.word, word.summary);
    if (!word.members.empty()) {
      cases += case_of_family(word);
      continue;
    }
    for (const CommandFacts& facts : tree) {
      if (facts.name == word.word) cases += fmt::format("    {})\n      {} ;;\n", word.word, arguments_of(facts));
    }
  }
  return fmt::format(
      "#compdef synthbench synthbench-torch\n"
      "# Completion of synthbench in zsh: source <(synthbench completion zsh), after compinit; or this file as _synthbench in $fpath\n"
      "_synthbench() {{\n"
      "  {}\n"
      "  if (( CURRENT == 2 )); then\n"
      "    _describe command commands\n"
      "    return\n"
      "  fi\n"
      "  shift words\n"
      "  (( CURRENT-- ))\n"
      "  case $words[1] in\n{}  esac\n"
      "}}\n"
      "if [[ $funcstack[1] == _synthbench ]]; then\n"
      "  _synthbench \"$@\"\n"
      "else\n"
      "  compdef _synthbench synthbench synthbench-torch\n"
      "fi\n",
      described("commands", all), cases);
}

}  // namespace synthbench
