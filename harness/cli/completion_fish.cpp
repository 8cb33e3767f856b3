#include <fmt/format.h>

#include "harness/base/words.h"
#include "harness/cli/completion.h"

namespace synthbench {
namespace {

constexpr const char* kFunctions = R"(# Completion of synthbench in fish: ~/.config/fish/completions/synthbench.fish
# True where the command line begins with exactly these words, or, without any, where it has no command yet.
function __synthbench_in
  set -l said (commandline -opc)
  set -e said[1]
  if test (count $argv) = 0
    test (count $said) = 0
    return
  end
  test (count $said) -ge (count $argv); and test "$said[1..$(count $argv)]" = "$argv"
end
# True directly behind the first word of a family: check
function __synthbench_behind
  set -l said (commandline -opc)
  test (count $said) = 2; and test "$said[2]" = "$argv"
end
# Words for the last part of a list with commas.
function __synthbench_list
  set -l head (commandline -ct | string replace -r '^--[^=]*=' '' | string match -r '^.*,')
  printf '%s\n' "$head"$argv
end
complete -c synthbench -f
)";

/// A text in single quotes of fish, where only ' and \ mean something.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string line(const std::string& condition, const std::string& rest) {
  return "complete -c synthbench -n " + quoted(condition) + " " + rest + "\n";
}

std::string completes(const FlagSet::Entry& entry) {
  switch (kind_of(entry)) {
    case ValueKind::words:
      return "-a " + quoted(entry.list ? "(__synthbench_list " + join(entry.words, " ") + ")" : join(entry.words, " "));
    case ValueKind::file: return "-F";
    case ValueKind::folder: return "-a '(__fish_complete_directories)'";
    case ValueKind::free: return "";
  }
  return {};
}

/// -s m -l variant; -o oe: several letters behind one dash
std::string spelled(const FlagSet::Entry& flag) {
  std::string text;
  for (const std::string& name : names_of(flag)) {
    const bool is_long = name.starts_with("--");
    text += fmt::format("{}{} {}", text.empty() ? "" : " ", is_long ? "-l" : name.size() == 2 ? "-s" : "-o", name.substr(is_long ? 2 : 1));
  }
  return text;
}

std::string lines_of(const CommandFacts& facts) {
  const std::string here = "__synthbench_in " + facts.name;
  std::string text;
  for (const FlagSet::Entry& argument : facts.arguments) {
    const std::string values = completes(argument);
    if (!values.empty()) text += line(here, values + " -d " + quoted(argument.names));
  }
  for (const CommandFacts::Section& section : facts.sections) {
    for (const FlagSet::Entry& flag : section.flags) {
      const std::string values = flag.value.empty() ? "" : (kind_of(flag) == ValueKind::file ? " -r " : " -x ") + completes(flag);
      text += line(here, spelled(flag) + values + " -d " + quoted(flag.help));
    }
  }
  return text;
}

}  // namespace

std::string fish_completion(const std::vector<CommandFacts>& tree) {
  std::string text = kFunctions;
  for (const CommandWord& word : command_words(tree)) {
    text += line("__synthbench_in", "-a " + word.word + " -d " + quoted(word.summary));
    for (const CommandFacts* member : word.members) {
      text +=
          line("__synthbench_behind " + word.word, "-a " + member->name.substr(word.word.size() + 1) + " -d " + quoted(member->summary));
    }
  }
  for (const CommandFacts& facts : tree) text += lines_of(facts);
  return text;
}

}  // namespace synthbench
