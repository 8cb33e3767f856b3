// docs/command-line.md holds the program's own --help, command by command.
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

}  // namespace
}  // namespace synthbench
