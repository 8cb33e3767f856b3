#include <fmt/format.h>

#include "harness/base/words.h"
#include "harness/cli/completion.h"

namespace synthbench {
namespace {

/// What reads the two functions that bash_completion writes in front of it. Bash splits words at '=', so they are glued first.
constexpr const char* kDriver = R"sh(
_synthbench() {
  local current='' before='' after='' i kind='' words='' value command='' place=0 flag=''
  local -a said=()
  COMPREPLY=()
  for ((i = 1; i <= COMP_CWORD; ++i)); do
    if ((${#said[@]})) && [[ ${COMP_WORDS[i]} == = || ${COMP_WORDS[i - 1]} == = ]]; then
      before=${said[-1]}
      said[-1]+=${COMP_WORDS[i]}
    else
      before=''
      said+=("${COMP_WORDS[i]}")
    fi
  done
  current=${said[-1]}
  [[ ${COMP_WORDS[COMP_CWORD]} != = ]] || before=$current
  unset 'said[-1]'

  _synthbench_command "${said[@]:0:2}"
  if [[ -z $command ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
    return
  fi
  for ((i = $(wc -w <<< "$command"); i < ${#said[@]}; ++i)); do
    [[ ${said[i]} != -- ]] || continue
    if [[ ${said[i]} == -?* ]]; then
      flag=${said[i]}
      _synthbench_value "$command" "$flag" && ((++i)) || flag=''
    else
      ((++place))
      flag=''
    fi
  done

  value=$current kind='' words=''
  if [[ -n $flag && $i -gt ${#said[@]} ]]; then
    _synthbench_value "$command" "$flag"
  elif [[ $current == --*=* ]]; then
    _synthbench_value "$command" "${current%%=*}"
    value=${current#*=}
  elif [[ $current == -* ]]; then
    kind=words
    _synthbench_flags "$command"
  else
    _synthbench_argument "$command" "$((place + 1))"
  fi

  local head=''
  [[ $kind != list ]] || head=${value%"${value##*,}"}
  case $kind in
    words | list) mapfile -t COMPREPLY < <(compgen -P "${current%"$value"}$head" -W "$words" -- "${value#"$head"}") ;;
    file) compopt -o filenames 2> /dev/null || :; mapfile -t COMPREPLY < <(compgen -P "${current%"$value"}" -f -- "$value") ;;
    folder) compopt -o filenames 2> /dev/null || :; mapfile -t COMPREPLY < <(compgen -P "${current%"$value"}" -d -- "$value") ;;
  esac
  COMPREPLY=("${COMPREPLY[@]#"$before"}")
  [[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2> /dev/null || :
}
complete -F _synthbench synthbench synthbench-torch
)sh";

std::string kind_word(const FlagSet::Entry& entry) {
  switch (kind_of(entry)) {
    case ValueKind::words: return entry.list ? "list" : "words";
    case ValueKind::file: return "file";
    case ValueKind::folder: return "folder";
    case ValueKind::free: return "free";
  }
  return {};
}

std::string answer(const std::string& pattern, const FlagSet::Entry& entry) {
  const std::string words = entry.words.empty() ? "" : " words=" + single_quoted(join(entry.words, " "));
  return fmt::format("    {}) kind={}{} ;;\n", pattern, kind_word(entry), words);
}

/// The words of a command line to the command they name; words: what may follow where there is none yet.
std::string commands_function(const std::vector<CommandFacts>& tree) {
  std::string all, cases;
  for (const CommandWord& word : command_words(tree)) {
    all += (all.empty() ? "" : " ") + word.word;
    if (word.members.empty()) {
      cases += fmt::format("    {0}\\ *) command={0} ;;\n", word.word);
      continue;
    }
    std::string members;
    for (const CommandFacts* member : word.members) {
      const std::string second = member->name.substr(word.word.size() + 1);
      cases += fmt::format("    {0}\\ {1}) command='{0} {1}' ;;\n", word.word, second);
      members += (members.empty() ? "" : " ") + second;
    }
    cases += fmt::format("    {}\\ *) words='{}' ;;\n", word.word, members);
  }
  return fmt::format(
      "_synthbench_command() {{\n  command='' words=''\n  case \"${{1-}} ${{2-}}\" in\n{}    \\ *) words='{} --help --version' ;;\n  "
      "esac\n}}\n",
      cases, all);
}

std::string flags_function(const std::vector<CommandFacts>& tree) {
  std::string cases;
  for (const CommandFacts& facts : tree) {
    std::string names;
    for (const CommandFacts::Section& section : facts.sections) {
      for (const FlagSet::Entry& flag : section.flags) names += (names.empty() ? "" : " ") + join(names_of(flag), " ");
    }
    cases += fmt::format("    {}) words='{}' ;;\n", single_quoted(facts.name), names);
  }
  return "_synthbench_flags() {\n  case $1 in\n" + cases + "  esac\n}\n";
}

std::string values_function(const std::vector<CommandFacts>& tree) {
  std::string cases;
  for (const CommandFacts& facts : tree) {
    for (const CommandFacts::Section& section : facts.sections) {
      for (const FlagSet::Entry& flag : section.flags) {
        if (flag.value.empty()) continue;
        std::vector<std::string> patterns;
        for (const std::string& name : names_of(flag)) patterns.push_back(single_quoted(facts.name + " " + name));
        cases += answer(join(patterns, " | "), flag);
      }
    }
  }
  return "_synthbench_value() {\n  case \"$1 $2\" in\n" + cases + "    *) return 1 ;;\n  esac\n}\n";
}

std::string arguments_function(const std::vector<CommandFacts>& tree) {
  std::string cases;
  for (const CommandFacts& facts : tree) {
    for (std::size_t i = 0; i < facts.arguments.size(); ++i) {
      const bool last = facts.arguments[i].repeated;  // it takes this place and all behind it
      cases +=
          answer(last ? single_quoted(facts.name + " ") + "*" : single_quoted(fmt::format("{} {}", facts.name, i + 1)), facts.arguments[i]);
    }
  }
  return "_synthbench_argument() {\n  case \"$1 $2\" in\n" + cases + "  esac\n}\n";
}

}  // namespace

std::string bash_completion(const std::vector<CommandFacts>& tree) {
  return "# Completion of synthbench in bash 4.3 or newer: source <(synthbench completion bash)\n" + commands_function(tree) +
         flags_function(tree) + values_function(tree) + arguments_function(tree) + kDriver;
}

}  // namespace synthbench
