#pragma once

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

extern char** environ;

namespace synthbench {

/// What one call of the built program did.
struct Done {
  int code = -1;  ///< exit code, or 128 + signal
  std::string out, err;
};

/// An empty folder that goes away, in which the program is called.
class Place {
 public:
  Place() {
    std::string pattern = (std::filesystem::temp_directory_path() / "synthbench_cli_XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~Place() { std::filesystem::remove_all(folder_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return path(name);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
    std::erase_if(names, [](const std::string& name) { return name.starts_with(".std"); });
    return names;
  }

  /// Calls synthbench in this folder, without SYNTHBENCH_* and the user config of the caller but with the variables given.
  /// standard_input: a file of this folder.
  Done operator()(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& variables = {},
                  const std::string& standard_input = "") const {
    std::vector<std::string> words = {SYNTHBENCH_BINARY_DIR "/synthbench"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<std::string> settings = environment(variables);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    const std::string input = standard_input.empty() ? "/dev/null" : path(standard_input);
    posix_spawn_file_actions_addopen(&actions, 0, input.c_str(), O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, path(".stdout").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addopen(&actions, 2, path(".stderr").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    posix_spawn_file_actions_addchdir_np(&actions, folder_.c_str());
    pid_t child = 0;
    const int failed = ::posix_spawn(&child, words[0].c_str(), &actions, nullptr, pointers(words).data(), pointers(settings).data());
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) return {};
    int status = 0;
    ::waitpid(child, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text_of(".stdout"), text_of(".stderr")};
  }

  /// What posix_spawn takes: words, closed by a null pointer.
  static std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> out;
    for (std::string& word : words) out.push_back(word.data());
    out.push_back(nullptr);
    return out;
  }
  /// The caller's environment without SYNTHBENCH_* and NO_COLOR; variables replace those of their names.
  static std::vector<std::string> environment(const std::map<std::string, std::string>& variables) {
    std::vector<std::string> out;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string setting = *entry;
      const std::string name = setting.substr(0, setting.find('='));
      const bool ours = name.starts_with("SYNTHBENCH_") || name == "NO_COLOR" || name == "XDG_CONFIG_HOME" || name == "HOME";
      if (!ours && !variables.contains(name)) out.push_back(setting);
    }
    for (const auto& [name, value] : variables) out.push_back(name + "=" + value);
    return out;
  }

 private:
  std::string text_of(const std::string& name) const {
    std::stringstream text;
    text << std::ifstream(folder_ / name).rdbuf();
    return text.str();
  }

  std::filesystem::path folder_;
};

/// A user error: exit 2, nothing on stdout, one line on stderr that starts with the program's name and holds the words.
inline std::string refusal_flaw(const Done& done, const std::vector<std::string>& words = {}) {
  const std::string shown = "\nexit " + std::to_string(done.code) + "\nstdout: " + done.out + "\nstderr: " + done.err;
  if (done.code != 2) return "the exit code is not 2" + shown;
  if (!done.out.empty()) return "stdout is not empty" + shown;
  if (!done.err.starts_with("synthbench: ")) return "the line does not start with 'synthbench: '" + shown;
  if (done.err.find('\n') != done.err.size() - 1) return "not exactly one line" + shown;
  for (const std::string& word : words) {
    if (done.err.find(word) == std::string::npos) return "the line lacks '" + word + "'" + shown;
  }
  return {};
}

}  // namespace synthbench
