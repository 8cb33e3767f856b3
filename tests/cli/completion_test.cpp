// The scripts of `completion`, sourced in their shells.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/base/words.h"
#include "tests/cli/shell.h"
#include "tests/cli/terminal.h"

namespace synthbench {
namespace {

using Words = std::set<std::string>;

Words lines_of(const std::string& text) {
  Words lines;
  for (std::string line : split(text, '\n')) {
    line = line.substr(0, line.find('\t'));  // fish adds a description
    while (line.ends_with(' ')) line.pop_back();
    if (!line.empty()) lines.insert(line);
  }
  return lines;
}

/// Words as bash splits them, the last one unfinished: what COMPREPLY holds afterwards.
Words in_bash(const std::vector<std::string>& words) {
  const Place place;
  std::string array;
  for (const std::string& word : words) array += " '" + word + "'";
  place.write("complete.sh", "set -eu\nsource <(synthbench completion bash)\nCOMP_WORDS=(synthbench" + array +
                                 ") COMP_CWORD=" + std::to_string(words.size()) + "\n_synthbench\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n");
  const Done done = shell(place, "touch grid.toml; mkdir folder; bash --norc complete.sh");
  EXPECT_EQ(done.code, 0) << done.err;
  EXPECT_EQ(done.err, "");
  return lines_of(done.out);
}

Words in_fish(const std::string& line) {
  const Place place;
  const Done done = shell(
      place, "touch grid.toml; export HOME=$PWD; fish --no-config -c 'synthbench completion fish | source; complete -C \"" + line + "\"'");
  EXPECT_EQ(done.code, 0) << done.err;
  return lines_of(done.out);
}

bool has(const Words& words, const std::vector<std::string>& wanted) {
  return std::ranges::all_of(wanted, [&](const std::string& word) { return words.contains(word); });
}

/// Everything that a page of --help spells: "-m", "--variant".
Words flags_in(const std::string& help) {
  Words flags;
  for (const std::string& line : split(help, '\n')) {
    if (!line.starts_with("  -") && !line.starts_with("      --")) continue;
    for (std::string word : split(line.substr(0, 30), ' ')) {
      if (word.ends_with(',')) word.pop_back();
      if (word.starts_with("-")) flags.insert(word);
    }
  }
  return flags;
}

TEST(Completion, InBashCompletesCommandsAndFamilies) {
  EXPECT_EQ(in_bash({"be"}), (Words{"bench"}));
  EXPECT_TRUE(has(in_bash({""}), {"plan", "run", "check", "doctor", "--help"}));
  EXPECT_EQ(in_bash({"check", ""}), (Words{"golden", "grad", "parity", "support"}));
  EXPECT_EQ(in_bash({"check", "go"}), (Words{"golden"}));
  EXPECT_EQ(in_bash({"baseline", ""}), (Words{"ls", "rm", "save"}));
  EXPECT_EQ(in_bash({"unheard", ""}), Words{});
}

TEST(Completion, InBashOffersEveryFlagOfHelp) {
  const Place place;
  for (const char* command :
       {"run", "bench", "plan", "table", "doctor", "check golden", "slurm", "compare", "baseline save", "merge", "version"}) {
    std::vector<std::string> words = split(command, ' ');
    words.push_back("-");
    const Words expected = flags_in(shell(place, std::string("synthbench ") + command + " --help").out);
    EXPECT_GE(expected.size(), 2u);
    EXPECT_EQ(in_bash(words), expected) << command;
  }
}

TEST(Completion, InBashCompletesTheValuesOfAFlagInBothSpellings) {
  EXPECT_EQ(in_bash({"run", "grid.toml", "--order", ""}), (Words{"interleaved", "grid", "random"}));
  EXPECT_EQ(in_bash({"run", "--order", "=", "ra"}), (Words{"random"}));
  EXPECT_EQ(in_bash({"run", "--order", "="}), (Words{"interleaved", "grid", "random"}));
  EXPECT_TRUE(has(in_bash({"bench", "-m", ""}), {"vanilla", "dense", "linformer", "factorized_random"}));
  EXPECT_TRUE(has(in_bash({"bench", "-b", ""}), {"eigen", "torch", "reference"}));
  EXPECT_TRUE(has(in_bash({"bench", "-o", ""}), {"json", "csv", "tex"}));
  EXPECT_TRUE(has(in_bash({"bench", "-oe", "js"}), {"json", "jsonl"}));
  EXPECT_TRUE(has(in_bash({"cost", "--model", "t5"}), {"t5_base", "t5_small"}));
  EXPECT_EQ(in_bash({"compare", "a", "b", "--test", ""}), (Words{"t", "wilcoxon"}));
  EXPECT_TRUE(has(in_bash({"calibrate", "-b", ""}), {"eigen", "torch"}));
  EXPECT_EQ(in_bash({"bench", "--batch", ""}), Words{}) << "a number is not completed";
}

TEST(Completion, InBashGoesOnInAListAndInASetting) {
  EXPECT_EQ(in_bash({"bench", "-m", "vanilla,factorized_d"}), (Words{"vanilla,factorized_dense"}));
  EXPECT_EQ(in_bash({"run", "--retry", "=", "oom,cr"}), (Words{"oom,crashed"}));
  EXPECT_TRUE(has(in_bash({"run", "--set", "model.pr"}), {"model.preset=t5_base", "model.preset=tiny"}));
  EXPECT_TRUE(has(in_bash({"run", "--set", "train.l"}), {"train.lr="}));
  EXPECT_EQ(in_bash({"run", "--set", "model.preset", "=", "t5_b"}), (Words{"t5_base"}));
}

TEST(Completion, InBashCompletesArguments) {
  EXPECT_TRUE(has(in_bash({"ls", ""}), {"variants", "sweeps", "cells"}));
  EXPECT_TRUE(has(in_bash({"ls", "-o", "json", "var"}), {"variants"})) << "a flag and its value are no argument";
  EXPECT_EQ(in_bash({"ls", "variants", ""}), Words{}) << "there is no second one";
  EXPECT_TRUE(has(in_bash({"table", ""}), {"speed", "memory"}));
  EXPECT_TRUE(has(in_bash({"completion", ""}), {"bash", "zsh", "fish"}));
  EXPECT_TRUE(has(in_bash({"help", ""}), {"ranges", "check", "run"}));
  EXPECT_TRUE(has(in_bash({"run", "gr"}), {"grid.toml"}));
  EXPECT_EQ(in_bash({"check", "golden", "fo"}), (Words{"folder"}));
  EXPECT_TRUE(has(in_bash({"compare", ""}), {"vanilla", "dense", "eigen", "torch"}));
  EXPECT_EQ(in_bash({"compare", "vanilla", "linf"}), (Words{"linformer"}));
  EXPECT_EQ(in_bash({"import", "gr"}), (Words{"grid.toml"}));
  EXPECT_EQ(in_bash({"merge", "gr"}), (Words{"grid.toml"}));
  EXPECT_EQ(in_bash({"merge", "a.db", "b.db", "gr"}), (Words{"grid.toml"})) << "as many files as there are";
}

TEST(Completion, InFishCompletesCommandsFlagsAndValues) {
  if (!installed("fish")) GTEST_SKIP() << "fish is not installed";
  EXPECT_EQ(in_fish("synthbench be"), (Words{"bench"}));
  EXPECT_EQ(in_fish("synthbench check "), (Words{"golden", "grad", "parity", "support"}));
  EXPECT_EQ(in_fish("synthbench run --ord"), (Words{"--order"}));
  EXPECT_EQ(in_fish("synthbench run grid.toml --order "), (Words{"interleaved", "grid", "random"}));
  EXPECT_EQ(in_fish("synthbench bench -m vanilla,factorized_d"), (Words{"vanilla,factorized_dense"}));
  EXPECT_TRUE(has(in_fish("synthbench ls "), {"variants", "sweeps"}));
  EXPECT_TRUE(has(in_fish("synthbench run gr"), {"grid.toml"}));
  EXPECT_TRUE(has(in_fish("synthbench merge a.db gr"), {"grid.toml"}));
  EXPECT_TRUE(has(in_fish("synthbench check golden --dtype "), {"f32", "f64"}));
  const Place place;
  EXPECT_TRUE(has(in_fish("synthbench run --"), {"--variant", "--retry", "--output-err", "--help"}));
}

TEST(Completion, InZshCompletesCommandsFlagsAndValues) {
  if (!installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  const Place place;
  place.write(".zshrc",
              "autoload -U compinit && compinit -u -D\nsource <(synthbench completion zsh)\nPS1='> ' PROMPT_EOL_MARK=\nsetopt no_beep "
              "no_always_last_prompt\n");
  const std::string path = SYNTHBENCH_BINARY_DIR ":" + std::string(std::getenv("PATH"));
  const auto completes = [&](const std::string& keys, const std::string& to) -> std::string {
    Terminal zsh(place, {"zsh", "-i"}, {{"ZDOTDIR", place.folder().string()}, {"PATH", path}, {"TERM", "dumb"}});
    if (!zsh.shows("> ")) return "no prompt: " + zsh.shown();
    zsh.type(keys + "\t");
    return zsh.shows(to) ? "" : zsh.shown();
  };
  EXPECT_EQ(completes("synthbench doct", "doctor "), "");
  EXPECT_EQ(completes("synthbench check gol", "golden "), "");
  EXPECT_EQ(completes("synthbench run --ord", "--order"), "");
  EXPECT_EQ(completes("synthbench run --order rand", "random"), "");
  EXPECT_EQ(completes("synthbench bench -m vanilla,factorized_d", "vanilla,factorized_dense"), "");
  EXPECT_EQ(completes("synthbench ls varia", "variants"), "");
}

}  // namespace
}  // namespace synthbench
