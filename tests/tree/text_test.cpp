// What must be in the tree's texts, and what must not.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>

#include "tests/tree/tree_files.h"

namespace synthbench {
namespace {

std::string text_of(const std::string& path) {
  const auto files = tree_files();
  const auto found = std::ranges::find(files, path, &TreeFile::path);
  return found == files.end() ? "" : found->text;
}

TEST(Readme, GivesTheTwoCommandsNearItsTop) {
  const std::string readme = text_of("README.md");
  ASSERT_FALSE(readme.empty());
  for (const std::string command : {"./synthbench run ablations/grids/quickstart.toml", "./tests/run"}) {
    EXPECT_LT(readme.find(command), 2000U) << "README.md lacks `" << command << "` near its top";
  }
}

TEST(Readme, ShowsAVariantAsItIs) {
  const std::string variant = text_of("ablations/variants/factorized_random.cpp");
  ASSERT_FALSE(variant.empty());
  EXPECT_NE(text_of("README.md").find(variant), std::string::npos)
      << "README.md shows another ablations/variants/factorized_random.cpp than the one in the tree";
}

/// A page without its fenced code, where brackets are no links.
std::string prose_of(const std::string& page) {
  std::istringstream lines(page);
  std::string line, prose;
  bool code = false;
  while (std::getline(lines, line)) {
    if (line.starts_with("```")) code = !code;
    if (!code) prose += line + "\n";
  }
  return prose;
}

TEST(Links, OfPagesLeadToFiles) {
  static const std::regex link(R"re(\]\(([^)#]+)(#[^)]*)?\))re");
  const auto files = tree_files();
  for (const TreeFile& page : files) {
    if (!page.path.ends_with(".md")) continue;
    const std::string prose = prose_of(page.text);
    for (std::sregex_iterator at(prose.begin(), prose.end(), link), end; at != end; ++at) {
      const std::string to = (*at)[1];
      if (to.find("://") != std::string::npos) continue;
      const auto slash = page.path.rfind('/');
      const std::filesystem::path from = slash == std::string::npos ? "" : page.path.substr(0, slash);
      EXPECT_TRUE(std::filesystem::exists(SYNTHBENCH_SOURCE_DIR / from / to)) << page.path << " links to " << to;
    }
  }
}

TEST(Texts, NameNoUnfinishedWorkAndNoMachine) {
  // Put together here, so that this file passes its own test.
  const std::regex unfinished(std::string("\\b(TO") + "DO|FIX" + "ME|X" + "XX)\\b");
  const std::regex machine(std::string("(^|[\\s\"'`=(:])/(wo") + "rk|ro" + "ot|ho" + "me|tm" + "p)(/|\\b)");
  for (const TreeFile& file : tree_files()) {
    std::istringstream lines(file.text);
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
      EXPECT_FALSE(std::regex_search(line, unfinished)) << file.path << ":" << number << ": unfinished: " << line;
      EXPECT_FALSE(std::regex_search(line, machine)) << file.path << ":" << number << ": a path of one machine: " << line;
    }
  }
}

}  // namespace
}  // namespace synthbench
