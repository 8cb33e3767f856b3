#include "harness/base/run_program.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

extern char** environ;

namespace synthbench {
namespace {

[[noreturn]] void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

/// A file that has no name: both sides write and read without waiting for each other.
class NamelessFile {
 public:
  NamelessFile() : fd_(::memfd_create("synthbench", MFD_CLOEXEC)) {
    if (fd_ < 0) fail("memfd_create");
  }
  ~NamelessFile() { ::close(fd_); }
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;

  int fd() const { return fd_; }
  void write(std::string_view text) const {
    for (std::size_t done = 0; done < text.size();) {
      const ssize_t count = ::pwrite(fd_, text.data() + done, text.size() - done, static_cast<off_t>(done));
      if (count < 0 && errno != EINTR) fail("writing to a program");
      if (count > 0) done += static_cast<std::size_t>(count);
    }
  }
  std::string content() const {
    std::string out;
    std::array<char, 65536> piece{};
    for (;;) {
      const ssize_t count = ::pread(fd_, piece.data(), piece.size(), static_cast<off_t>(out.size()));
      if (count < 0 && errno != EINTR) fail("reading from a program");
      if (count == 0) return out;
      if (count > 0) out.append(piece.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  int fd_;
};

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) fail("waiting for a program");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Finished run_program(std::vector<std::string> words, std::string_view input) {
  const NamelessFile in, out, err;
  in.write(input);
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.fd(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.fd(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err.fd(), STDERR_FILENO);
  pid_t child = -1;
  Finished finished{.not_started = ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ)};
  ::posix_spawn_file_actions_destroy(&actions);
  if (finished.not_started != 0) return finished;
  finished.code = wait_for(child);
  finished.out = out.content();
  finished.err = err.content();
  return finished;
}

}  // namespace synthbench
