// One name, one type: two types of one name in one namespace are one to the linker, which keeps the functions of either for both.
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <sstream>

#include "tests/tree/tree_files.h"

namespace synthbench {
namespace {

/// "synthbench::Name" of the types that a file defines at the top of a named namespace, with their lines. By lines, as clang-format writes them.
std::map<std::string, int> types_of(const std::string& text) {
  static const std::regex opened(R"(^namespace ([\w:]+) \{$)"), type(R"(^(?:struct|class) (\w+)(?: final)?(?: : .*)? \{.*$)");
  std::map<std::string, int> out;
  std::vector<std::string> spaces;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch found;
    if (std::regex_match(line, found, opened)) {
      spaces.push_back(found[1]);
    } else if (line == "namespace {") {
      spaces.emplace_back();
    } else if (line.starts_with("}  // namespace") && !spaces.empty()) {
      spaces.pop_back();
    } else if (!spaces.empty() && !spaces.back().empty() && std::regex_match(line, found, type)) {
      std::string name;
      for (const std::string& space : spaces) name += space + "::";
      out.emplace(name + found[1].str(), number);
    }
  }
  return out;
}

TEST(Names, OfTypesAreTheirOwn) {
  std::map<std::string, std::string> places;
  for (const TreeFile& file : source_files()) {
    // A test program has types of its own, and links with no other.
    if (file.path.starts_with("tests/")) continue;
    for (const auto& [name, line] : types_of(file.text)) {
      const std::string place = file.path + ":" + std::to_string(line);
      const auto [known, fresh] = places.emplace(name, place);
      EXPECT_TRUE(fresh) << name << " is defined in " << known->second << " and in " << place;
    }
  }
  EXPECT_GT(places.size(), 200u);
  EXPECT_TRUE(places.contains("synthbench::AttentionCall"));
}

}  // namespace
}  // namespace synthbench
