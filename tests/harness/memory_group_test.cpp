// The memory limit by control group, on folders that look like cgroup v2; what the kernel then does is the kernel's.
#include "harness/memory_group.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

namespace synthbench {
namespace {

namespace fs = std::filesystem;

class MemoryGroups : public testing::Test {
 protected:
  MemoryGroups() {
    std::string pattern = (fs::temp_directory_path() / "synthbench-cgroup-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    fs::create_directories(root_ / "app.slice/shell.scope");
  }
  ~MemoryGroups() override { fs::remove_all(root_); }
  void hands_on(const std::string& group, const std::string& controllers) {
    std::ofstream(root_ / group / "cgroup.subtree_control") << controllers;
  }
  static std::string text(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  fs::path root_;
};

TEST_F(MemoryGroups, AWorkerGetsASiblingOfOurGroupWithTheLimit) {
  hands_on("app.slice", "cpu memory pids");
  const auto group = MemoryGroup::make(123456789, root_, "/app.slice/shell.scope");
  ASSERT_NE(group, nullptr);
  EXPECT_EQ(group->path().parent_path(), root_ / "app.slice");
  EXPECT_EQ(text(group->path() / "memory.max"), "123456789");
  EXPECT_EQ(text(group->path() / "memory.swap.max"), "0");
  EXPECT_EQ(text(group->path() / "memory.oom.group"), "1");
  EXPECT_TRUE(group->add(4242));
  EXPECT_EQ(text(group->path() / "cgroup.procs"), "4242");
}

TEST_F(MemoryGroups, OurOwnGroupIsTheNextChoiceAndTheRootHasNoParent) {
  hands_on("app.slice", "cpu");
  hands_on("app.slice/shell.scope", "memory");
  const auto own = MemoryGroup::make(1000, root_, "/app.slice/shell.scope");
  ASSERT_NE(own, nullptr);
  EXPECT_EQ(own->path().parent_path(), root_ / "app.slice/shell.scope");
  hands_on("", "memory");
  const auto top = MemoryGroup::make(1000, root_, "/");
  ASSERT_NE(top, nullptr);
  EXPECT_EQ(top->path().parent_path(), root_);
}

TEST_F(MemoryGroups, WithoutTheControllerOrCgroup2ThereIsNone) {
  hands_on("app.slice", "cpu pids");
  EXPECT_EQ(MemoryGroup::make(1000, root_, "/app.slice/shell.scope"), nullptr);
  EXPECT_EQ(MemoryGroup::make(1000, root_, "/gone/away"), nullptr);
  EXPECT_EQ(MemoryGroup::make(1000, root_, ""), nullptr);
}

TEST_F(MemoryGroups, AKillAtTheLimitIsSeen) {
  hands_on("app.slice", "memory");
  const auto group = MemoryGroup::make(1000, root_, "/app.slice/shell.scope");
  ASSERT_NE(group, nullptr);
  EXPECT_FALSE(group->has_killed());
  std::ofstream(group->path() / "memory.events") << "low 0\nhigh 0\nmax 17\noom 1\noom_kill 0\n";
  EXPECT_FALSE(group->has_killed()) << "the limit was met, and memory could be freed";
  std::ofstream(group->path() / "memory.events") << "low 0\nhigh 0\nmax 18\noom 2\noom_kill 1\noom_group_kill 1\n";
  EXPECT_TRUE(group->has_killed());
}

}  // namespace
}  // namespace synthbench
