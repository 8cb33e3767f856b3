#include "harness/cli/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

#include "harness/base/error.h"

extern char** environ;

namespace synthbench {
namespace {

/// A file that has no name: both sides write and read without waiting for each other.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name) : fd_(::memfd_create(name, MFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
  }
  ~MemoryFile() { ::close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }
  void write(const std::string& text) const {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t count = ::pwrite(fd_, text.data() + done, text.size() - done, static_cast<off_t>(done));
      if (count < 0) throw std::system_error(errno, std::generic_category(), "writing to gnuplot");
      done += static_cast<std::size_t>(count);
    }
  }
  std::string content() const {
    std::string out;
    std::array<char, 65536> piece{};
    for (;;) {
      const ssize_t count = ::pread(fd_, piece.data(), piece.size(), static_cast<off_t>(out.size()));
      if (count < 0) throw std::system_error(errno, std::generic_category(), "reading from gnuplot");
      if (count == 0) return out;
      out.append(piece.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  int fd_;
};

/// -d: nobody's gnuplotrc. 0: it has been started.
int start(pid_t& pid, const MemoryFile& in, const MemoryFile& out, const MemoryFile& err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.fd(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.fd(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.fd(), STDERR_FILENO);
  std::string name = "gnuplot", bare = "-d", from_stdin = "-";
  char* const arguments[] = {name.data(), bare.data(), from_stdin.data(), nullptr};
  const int failed = ::posix_spawnp(&pid, "gnuplot", &actions, nullptr, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  return failed;
}

}  // namespace

bool gnuplot_is_here() {
  const char* const path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  for (std::size_t begin = 0; begin <= folders.size();) {
    const std::size_t end = std::min(folders.find(':', begin), folders.size());
    if (::access((folders.substr(begin, end - begin) + "/gnuplot").c_str(), X_OK) == 0) return true;
    begin = end + 1;
  }
  return false;
}

std::string run_gnuplot(const std::string& script) {
  const MemoryFile in("gnuplot-commands"), out("gnuplot-drawing"), err("gnuplot-words");
  in.write(script);
  pid_t pid = -1;
  const int failed = start(pid, in, out, err);
  if (failed == ENOENT || failed == EACCES) {
    throw UserError("gnuplot draws the figures and is not installed: apt-get install -y gnuplot-nox (a table has the same numbers)");
  }
  if (failed != 0) throw std::system_error(failed, std::generic_category(), "starting gnuplot");
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waiting for gnuplot");
  }
  std::string drawing = out.content();
  if (status != 0 || drawing.empty()) throw std::runtime_error("gnuplot failed: " + on_one_line(err.content()));
  return drawing;
}

}  // namespace synthbench
