#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

#include <chrono>
#include <csignal>
#include <cstdlib>

#include "tests/cli/program.h"

namespace synthbench {

/// A program with a terminal of 80 columns on stdin, stdout and stderr; with `out` a file takes its stdout instead.
class Terminal {
 public:
  Terminal(const Place& place, std::vector<std::string> words, const std::map<std::string, std::string>& variables,
           const std::string& out = {}) {
    master_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ::grantpt(master_);
    ::unlockpt(master_);
    const winsize size{24, 80, 0, 0};
    ::ioctl(master_, TIOCSWINSZ, &size);
    const std::string name = ::ptsname(master_);
    std::vector<std::string> settings = Place::environment(variables);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, name.c_str(), O_RDWR, 0);  // the first one opened in a new session becomes its terminal
    if (out.empty()) {
      posix_spawn_file_actions_adddup2(&actions, 0, 1);
    } else {
      posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    }
    posix_spawn_file_actions_adddup2(&actions, 0, 2);
    posix_spawn_file_actions_addchdir_np(&actions, place.folder().c_str());
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    if (::posix_spawnp(&child_, words[0].c_str(), &actions, &attributes, Place::pointers(words).data(), Place::pointers(settings).data()) !=
        0)
      child_ = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
  }
  ~Terminal() {
    if (child_ > 0) {
      ::kill(child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  void type(const std::string& keys) const { (void)!::write(master_, keys.data(), keys.size()); }

  /// Reads until the screen has shown a text; false when it has not within a minute.
  bool shows(const std::string& text) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (shown_.find(text) == std::string::npos && std::chrono::steady_clock::now() < end && open_) read(1000);
    return shown_.find(text) != std::string::npos;
  }
  /// Everything shown until the program ended, by itself or, after two minutes, by SIGKILL.
  std::string rest() {
    const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
    while (open_ && std::chrono::steady_clock::now() < end) read(1000);
    if (open_ && child_ > 0) ::kill(child_, SIGKILL);
    int status = 0;
    if (child_ > 0) ::waitpid(child_, &status, 0);
    child_ = -1;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return shown_;
  }
  const std::string& shown() const { return shown_; }
  int code() const { return code_; }

 private:
  /// What comes within the time. Linux answers EIO once the other side is closed.
  void read(int milliseconds) {
    pollfd ready{master_, POLLIN, 0};
    if (::poll(&ready, 1, milliseconds) <= 0) return;
    char chunk[4096];
    const ssize_t got = ::read(master_, chunk, sizeof chunk);
    if (got > 0) shown_.append(chunk, static_cast<std::size_t>(got));
    open_ = got > 0;
  }

  int master_ = -1, code_ = -1;
  bool open_ = true;
  pid_t child_ = -1;
  std::string shown_;
};

}  // namespace synthbench
