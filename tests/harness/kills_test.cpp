// A supervisor or one of its workers is killed at a random moment, again and again: afterwards the same command brings every
// cell to exactly one result, and no worker outlives its supervisor.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
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
  /// The same 40 cells under a name of their own.
  std::string grid(const std::string& name) {
    const std::string path = folder() + "/" + name + ".toml";
    std::ofstream(path) << "schema = 1\nname = \"" + name +
                               "\"\nkind = \"speed\"\n"
                               "[base]\nbatch = 1\nheads = 2\nd_model = 16\nthreads = 1\n"
                               "[[axis]]\nname = \"variant\"\nvalues = [\"vanilla\", \"dense\"]\n"
                               "[[axis]]\nname = \"seq_len\"\nvalues = \"16-35\"\n"
                               "[measure]\nlaunches = 2\nmin_samples = 3\nmin_time = \"0.01s\"\nmax_noise = \"100%\"\n";
    return path;
  }

  pid_t start(const std::string& grid_path) {
    std::vector<std::string> words = {SYNTHBENCH_BINARY_DIR "/synthbench",
                                      "run",
                                      grid_path,
                                      "--db",
                                      options.db_path,
                                      "-q",
                                      "--out",
                                      folder() + "/out",
                                      "--reuse",
                                      "never",
                                      "--retry",
                                      "crashed"};
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

/// Processes whose parent this is.
std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  std::ifstream list("/proc/" + std::to_string(parent) + "/task/" + std::to_string(parent) + "/children");
  for (pid_t child = 0; list >> child;) children.push_back(child);
  return children;
}

/// Workers that run on this scene's device lock, whoever their parent is by now.
std::vector<pid_t> workers_of(const std::string& folder) {
  const std::string mark = "XDG_RUNTIME_DIR=" + folder;
  std::vector<pid_t> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", std::filesystem::directory_options::skip_permission_denied)) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto text = [&](const char* file) {
      std::ifstream in(entry.path() / file);
      return std::string(std::istreambuf_iterator<char>(in), {});
    };
    if (text("cmdline").find("_worker") == std::string::npos || text("environ").find(mark + '\0') == std::string::npos) continue;
    found.push_back(std::stoi(name));
  }
  return found;
}

class Killer : public Kills {
 protected:
  void kill_at_random(int kills);

 private:
  /// Waits for the supervisor, which has been killed or has finished by itself. True: it has finished, and well.
  bool ended(pid_t supervisor, int how);
  /// Brings the sweep to its end and looks at what is stored.
  void expect_one_result_each(const std::string& grid_path, const std::string& name);

  std::mt19937_64 draw_{test_seed()};
};

bool Killer::ended(pid_t supervisor, int how) {
  int status = 0;
  if (::waitpid(supervisor, &status, how) != supervisor || WIFSIGNALED(status)) return false;
  EXPECT_EQ(WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3, true)
      << WEXITSTATUS(status) << ": " << complaint();  // 3: a worker was killed
  return true;
}

void Killer::expect_one_result_each(const std::string& grid_path, const std::string& name) {
  int status = 0;
  ::waitpid(start(grid_path), &status, 0);
  ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << complaint();
  const std::string cells = "cell JOIN sweep USING(sweep_id) WHERE name='" + name + "'";
  EXPECT_EQ(count(cells), 40);
  EXPECT_EQ(count(cells + " AND state='done' AND result_attempt_id IS NOT NULL"), 40);
  EXPECT_EQ(count("attempt WHERE outcome='running'"), 0);
  EXPECT_EQ(count("(SELECT cell_id FROM attempt WHERE outcome='done' GROUP BY cell_id HAVING count(*) > 1)"), 0);
  EXPECT_EQ(count("cell JOIN attempt ON attempt_id=result_attempt_id WHERE outcome<>'done'"), 0);
  EXPECT_EQ(store().select("PRAGMA integrity_check").front().begin().value(), "ok");
  EXPECT_TRUE(store().select("PRAGMA foreign_key_check").empty());
}

void Killer::kill_at_random(int kills) {
  SCOPED_TRACE(seed_trace());
  int supervisors = 0, workers = 0, sweeps = 0;
  while (supervisors + workers < kills) {
    const std::string name = "killed-" + std::to_string(++sweeps), path = grid(name);
    bool finished = false;
    while (!finished && supervisors + workers < kills) {
      const pid_t supervisor = start(path);
      ASSERT_GT(supervisor, 0);
      bool alive = true;
      while (alive && supervisors + workers < kills) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5 + draw_() % 200));
        finished = ended(supervisor, WNOHANG);
        if (finished) break;
        const std::vector<pid_t> children = children_of(supervisor);
        const bool worker = draw_() % 2 == 0;
        if (worker && children.empty()) continue;  // between two launches
        if (worker) ::kill(children.front(), SIGKILL), ++workers;
        if (!worker) ::kill(supervisor, SIGKILL), ++supervisors, alive = false;
      }
      if (finished) break;
      if (alive) ::kill(supervisor, SIGKILL);
      ended(supervisor, 0);
      ASSERT_FALSE(HasFailure());
    }
    expect_one_result_each(path, name);
    ASSERT_FALSE(HasFatalFailure());
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_TRUE(workers_of(folder()).empty()) << "workers that outlived their supervisors";
  EXPECT_GT(supervisors, kills / 10);
  EXPECT_GT(workers, kills / 10);
  std::printf("%d supervisors and %d workers killed over %d sweeps of 40 cells\n", supervisors, workers, sweeps);
}

TEST_F(Killer, AHundredKillsLoseNothingAndDoNothingTwice) { kill_at_random(100); }

/// Label slow: not in what tests/run does by itself.
class KillerSlow : public Killer {};

TEST_F(KillerSlow, AThousandKillsLoseNothingAndDoNothingTwice) { kill_at_random(1000); }

}  // namespace
}  // namespace synthbench
