// Reads every #include of the tree against the arrows of include_rules.cpp.
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <sstream>
#include <string>

#include "tests/tree/include_rules.h"
#include "tests/tree/tree_files.h"

namespace synthbench {
namespace {

/// Made while building, so it is in no folder of the tree.
bool generated(const std::string& included) { return included == "build_facts.h"; }

bool exists(const std::string& path) { return std::filesystem::exists(std::filesystem::path(SYNTHBENCH_SOURCE_DIR) / path); }

/// Calls visit(line number, quoted, name) for each include directive.
template <typename Visit>
void for_each_include(const std::string& text, Visit visit) {
  static const std::regex directive(R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re");
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number) {
    std::smatch found;
    if (std::regex_search(line, found, directive)) visit(number, found[1] == "\"", found[2].str());
  }
}

TEST(Includes, OfOursPointDown) {
  int seen = 0;
  for (const TreeFile& file : source_files()) {
    for_each_include(file.text, [&](int line, bool quoted, const std::string& name) {
      if (!quoted || generated(name)) return;
      ++seen;
      EXPECT_TRUE(exists(name)) << file.path << ":" << line << ": \"" << name << "\" is no path from the root of the tree";
      const auto why = forbidden_arrow(file.path, name);
      EXPECT_FALSE(why) << file.path << ":" << line << ": " << *why;
    });
  }
  EXPECT_GT(seen, 100) << "the tree was not found in " << SYNTHBENCH_SOURCE_DIR;
}

TEST(Includes, OfPackagesStayInTheirFolder) {
  int seen = 0;
  for (const TreeFile& file : source_files()) {
    for_each_include(file.text, [&](int line, bool quoted, const std::string& name) {
      if (quoted) return;
      ++seen;
      const auto why = forbidden_package(file.path, name);
      EXPECT_FALSE(why) << file.path << ":" << line << ": " << *why;
    });
  }
  EXPECT_GT(seen, 100) << "the tree was not found in " << SYNTHBENCH_SOURCE_DIR;
}

TEST(IncludeRules, RefuseArrowsThatPointUp) {
  EXPECT_TRUE(forbidden_arrow("harness/base/files.cpp", "harness/plan.h"));
  EXPECT_TRUE(forbidden_arrow("backends/core/attention.cpp", "backends/eigen/threads.h"));
  EXPECT_TRUE(forbidden_arrow("backends/eigen/fused.cpp", "backends/torch/choose.h"));
  EXPECT_TRUE(forbidden_arrow("backends/eigen/fused.cpp", "ablations/logit_spec.h"));
  EXPECT_TRUE(forbidden_arrow("ablations/config.cpp", "tasks/task.h"));
  EXPECT_TRUE(forbidden_arrow("ablations/config.cpp", "backends/eigen/threads.h"));
  EXPECT_TRUE(forbidden_arrow("tasks/task.cpp", "results/store.h"));
  EXPECT_TRUE(forbidden_arrow("results/store.cpp", "ablations/config.h"));
  EXPECT_TRUE(forbidden_arrow("results/store.cpp", "harness/plan.h"));
}

TEST(IncludeRules, AllowArrowsThatPointDown) {
  EXPECT_FALSE(forbidden_arrow("harness/worker.cpp", "backends/core/attention.h"));
  EXPECT_FALSE(forbidden_arrow("harness/base/files.cpp", "harness/base/error.h"));
  EXPECT_FALSE(forbidden_arrow("backends/eigen/fused.cpp", "backends/eigen/threads.h"));
  EXPECT_FALSE(forbidden_arrow("backends/eigen/fused.cpp", "backends/core/mask.h"));
  EXPECT_FALSE(forbidden_arrow("tasks/lm.cpp", "ablations/config.h"));
  EXPECT_FALSE(forbidden_arrow("results/tables/speed.cpp", "results/table.h"));
  EXPECT_FALSE(forbidden_arrow("tests/parity/forward_test.cpp", "ablations/problem.h"));
}

TEST(IncludeRules, KeepEachPackageInItsFolder) {
  EXPECT_TRUE(forbidden_package("harness/worker.cpp", "Eigen/Core"));
  EXPECT_TRUE(forbidden_package("backends/eigen/fused.cpp", "ATen/ATen.h"));
  EXPECT_TRUE(forbidden_package("harness/supervisor.cpp", "sqlite3.h"));
  EXPECT_TRUE(forbidden_package("harness/main.cpp", "CLI/CLI.hpp"));
  EXPECT_TRUE(forbidden_package("backends/core/mask.h", "gtest/gtest.h"));
  EXPECT_FALSE(forbidden_package("backends/eigen/fused.cpp", "Eigen/Core"));
  EXPECT_FALSE(forbidden_package("harness/trunk/layer.cpp", "torch/torch.h"));
  EXPECT_FALSE(forbidden_package("tests/trunk/layer_test.cpp", "torch/torch.h"));
  EXPECT_FALSE(forbidden_package("tests/results/store_test.cpp", "sqlite3.h"));
  EXPECT_FALSE(forbidden_package("results/store.cpp", "string"));
}

}  // namespace
}  // namespace synthbench
