// A supervisor that is killed at a random moment, again and again: afterwards the same command brings every cell to exactly
// one result, and no worker outlives it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/harness/scene.h"
#include "tests/test_seed.h"

extern char** environ;

namespace synthbench {
namespace {

class Kills : public Scene {
 protected:
  std::string grid() {
    const std::string path = folder() + "/grid.toml";
    std::ofstream(path) << "schema = 1\nname = \"killed\"\nkind = \"speed\"\n"
                           "[base]\nbatch = 1\nheads = 2\nd_model = 16\nthreads = 1\n"
                           "[[axis]]\nname = \"variant\"\nvalues = [\"vanilla\", \"dense\"]\n"
                           "[[axis]]\nname = \"seq_len\"\nvalues = \"16-35\"\n"
                           "[measure]\nlaunches = 2\nmin_samples = 3\nmin_time = \"0.01s\"\nmax_noise = \"100%\"\n";
    return path;
  }

  pid_t start(const std::string& grid_path) {
    std::vector<std::string> words = {
        SYNTHBENCH_BINARY_DIR "/synthbench", "run", grid_path, "--db", options.db_path, "-q", "--out", folder() + "/out"};
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 2, (folder() + "/err").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t pid = -1;
    const int failed = ::posix_spawn(&pid, words[0].c_str(), &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    return failed == 0 ? pid : -1;
  }

  std::string complaint() {
    std::ifstream file(folder() + "/err");
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

TEST_F(Kills, AHundredKillsLoseNothingAndDoNothingTwice) {
  SCOPED_TRACE(seed_trace());
  std::mt19937_64 draw(test_seed());
  const std::string path = grid();
  for (int kill = 0; kill < 100; ++kill) {
    const pid_t pid = start(path);
    ASSERT_GT(pid, 0);
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + draw() % 300));
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0) << complaint();
  }
  const pid_t pid = start(path);
  int status = 0;
  ::waitpid(pid, &status, 0);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << complaint();
  EXPECT_EQ(count("cell"), 40);
  EXPECT_EQ(count("cell WHERE state='done' AND result_attempt_id IS NOT NULL"), 40);
  EXPECT_EQ(count("attempt WHERE outcome='running'"), 0);
  EXPECT_EQ(count("(SELECT cell_id FROM attempt WHERE outcome='done' GROUP BY cell_id HAVING count(*) > 1)"), 0);
  EXPECT_EQ(count("cell JOIN attempt ON attempt_id=result_attempt_id WHERE outcome<>'done'"), 0);
  EXPECT_EQ(store().select("PRAGMA integrity_check").front().begin().value(), "ok");
  EXPECT_TRUE(store().select("PRAGMA foreign_key_check").empty());
}

}  // namespace
}  // namespace synthbench
