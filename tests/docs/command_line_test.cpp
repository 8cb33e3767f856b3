// docs/command-line.md holds the program's own --help, command by command; docs/topics.md its pages.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/docs/page.h"

namespace synthbench {
namespace {

/// What `synthbench ARGUMENTS` prints to stdout.
std::string output_of(const std::string& arguments) {
  const std::string command = "'" SYNTHBENCH_BINARY_DIR "/synthbench' " + arguments;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  EXPECT_NE(pipe, nullptr) << command;
  std::string text;
  std::array<char, 4096> chunk{};
  while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe.get())) text.append(chunk.data(), got);
  return text;
}

/// The commands of `synthbench --help`: indented lines between its usage and its first hint, up to two blanks.
std::vector<std::string> commands_in(const std::string& help) {
  std::istringstream lines(help.substr(0, help.find("\nFlags of a command")));
  std::vector<std::string> names;
  std::string line;
  while (std::getline(lines, line)) {
    if (line.starts_with("  ") && line.size() > 2 && line[2] != ' ') names.push_back(line.substr(2, line.find("  ", 2) - 2));
  }
  return names;
}

TEST(Manual, HoldsTheHelpOfEveryCommand) {
  const std::string help = output_of("--help");
  const std::vector<std::string> names = commands_in(help);
  ASSERT_GE(names.size(), 9U) << help;
  std::string page = "```text\n" + help + "```\n";
  for (const std::string& name : names) {
    page += "\n### " + name + "\n\n```text\n" + output_of(name + " --help") + "```\n";
  }
  expect_generated("command-line.md", "help", page);
}

/// The pages that `help help` names: words between "pages:" and the end of the sentence.
std::vector<std::string> topics_in(const std::string& help) {
  const std::size_t begin = help.find("these pages: ") + 13;
  std::istringstream words(help.substr(begin, help.find('.', begin) - begin));
  std::vector<std::string> names;
  for (std::string word; words >> word;) names.push_back(word.substr(0, word.find(',')));
  return names;
}

TEST(Manual, HoldsThePageOfEveryTopic) {
  const std::vector<std::string> names = topics_in(output_of("help help"));
  ASSERT_GE(names.size(), 9U);
  std::string page;
  for (const std::string& name : names) page += "## " + name + "\n\n```text\n" + output_of("help " + name) + "```\n\n";
  expect_generated("topics.md", "topics", page);
}

}  // namespace
}  // namespace synthbench
