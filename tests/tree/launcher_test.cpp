// ./synthbench in a small tree of its own, with a cmake/setup that only counts its calls.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace synthbench {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSetup = R"sh(#!/usr/bin/env bash
home=$(dirname "$(dirname "$0")")
build=$home/build/$1; [ "${SYNTHBENCH_TORCH:-ON}" = ON ] || build+=-plain
mkdir -p "$build"
echo "setting up"
echo call >> "$home/calls"
printf '#!/usr/bin/env bash\necho "program in %s got: $*"\nexit 7\n' "$(basename "$build")" > "$build/synthbench"
chmod +x "$build/synthbench"
echo "$home" > "$build/.built"
)sh";

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

class Launcher : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "synthbench_launcher_XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = fs::canonical(pattern);
    for (const char* folder : {"cmake", "backends", "ablations", "tasks", "harness", "results", "elsewhere"}) {
      fs::create_directory(root_ / folder);
    }
    write(root_ / "CMakeLists.txt", "");
    write(root_ / "harness" / "main.cpp", "int main() {}");
    fs::copy_file(SYNTHBENCH_SOURCE_DIR "/synthbench", root_ / "synthbench");
    write(root_ / "cmake" / "setup", kSetup);
    fs::permissions(root_ / "cmake" / "setup", fs::perms::owner_all);
  }
  void TearDown() override { fs::remove_all(root_); }

  struct Output {
    std::string text;
    int code = 0;
  };
  /// stdout and exit code of a shell command in the folder elsewhere/.
  Output run(const std::string& command) const {
    const std::string whole = "cd '" + (root_ / "elsewhere").string() + "' && unset SYNTHBENCH_TORCH && " + command + " 2> /dev/null";
    FILE* pipe = popen(whole.c_str(), "r");
    Output output;
    std::array<char, 4096> chunk{};
    while (const std::size_t got = std::fread(chunk.data(), 1, chunk.size(), pipe)) output.text.append(chunk.data(), got);
    output.code = WEXITSTATUS(pclose(pipe));
    return output;
  }

  long calls_of_setup() const {
    std::ifstream in(root_ / "calls");
    return std::count(std::istreambuf_iterator<char>(in), {}, '\n');
  }

  fs::path root_;
};

TEST_F(Launcher, SetsUpOnceAndBecomesTheProgram) {
  for (int time = 0; time < 2; ++time) {
    const Output output = run("../synthbench plan 'a grid.toml' -o json");
    EXPECT_EQ(output.text, "program in release got: plan a grid.toml -o json\n") << "stdout is the program's alone";
    EXPECT_EQ(output.code, 7);
  }
  EXPECT_EQ(calls_of_setup(), 1);
}

TEST_F(Launcher, WorksThroughASymbolicLink) {
  fs::create_symlink(root_ / "synthbench", root_ / "elsewhere" / "link");
  EXPECT_EQ(run("./link ls").text, "program in release got: ls\n");
  EXPECT_EQ(run("PATH=.:$PATH link ls").text, "program in release got: ls\n");
}

TEST_F(Launcher, BuildsAgainWhenASourceIsNewerOrGone) {
  run("../synthbench ls");
  const auto later = fs::last_write_time(root_ / "build" / "release" / ".built") + std::chrono::seconds(1);
  fs::last_write_time(root_ / "harness" / "main.cpp", later);
  run("../synthbench ls");
  EXPECT_EQ(calls_of_setup(), 2);
  fs::last_write_time(root_ / "harness" / "main.cpp", later - std::chrono::hours(1));
  fs::last_write_time(root_ / "harness", later + std::chrono::seconds(1));  // what removing a file does
  run("../synthbench ls");
  EXPECT_EQ(calls_of_setup(), 3);
}

TEST_F(Launcher, BuildsAgainWhereItWasMovedTo) {
  run("../synthbench ls");
  const fs::path moved = root_.string() + "_moved";
  fs::rename(root_, moved);
  root_ = moved;
  EXPECT_EQ(run("../synthbench ls").text, "program in release got: ls\n");
  EXPECT_EQ(calls_of_setup(), 2);
}

TEST_F(Launcher, KeepsTheBuildWithoutLibTorchApart) {
  EXPECT_EQ(run("SYNTHBENCH_TORCH=OFF ../synthbench ls").text, "program in release-plain got: ls\n");
  EXPECT_EQ(run("../synthbench ls").text, "program in release got: ls\n");
  EXPECT_EQ(calls_of_setup(), 2);
}

TEST_F(Launcher, StopsWhereSetUpFails) {
  write(root_ / "cmake" / "setup", "#!/usr/bin/env bash\nexit 1\n");
  const Output output = run("../synthbench ls");
  EXPECT_EQ(output.text, "");
  EXPECT_EQ(output.code, 1);
}

}  // namespace
}  // namespace synthbench
