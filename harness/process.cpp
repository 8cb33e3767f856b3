#include "harness/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "harness/base/error.h"

extern char** environ;

namespace synthbench {
namespace {

constexpr auto kNever = std::chrono::steady_clock::time_point::max();

std::chrono::steady_clock::duration seconds(double s) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(s));
}

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() {
    if (fd_ >= 0) ::close(fd_);
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

[[noreturn]] void cannot(const std::string& what, int error) { throw UserError(fmt::format("cannot {}: {}", what, std::strerror(error))); }

/// The order as a file in memory: no pipe that could fill up, no SIGPIPE when the worker dies early.
int order_file(const WorkerOrder& order) {
  Fd file(::memfd_create("order", MFD_CLOEXEC));
  if (file.get() < 0) cannot("make a file in memory", errno);
  const std::string text = to_json(order).dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string_view left = text;
  while (!left.empty()) {
    const ssize_t written = ::write(file.get(), left.data(), left.size());
    if (written < 0) cannot("write an order", errno);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  ::lseek(file.get(), 0, SEEK_SET);
  return file.release();
}

/// The calling thread's processors for as long as it lives: what is spawned meanwhile inherits them.
class Affinity {
 public:
  explicit Affinity(const std::vector<int>& processors) : changed_(!processors.empty()) {
    if (!changed_) return;
    ::sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t wanted;
    CPU_ZERO(&wanted);
    for (const int cpu : processors) CPU_SET(static_cast<std::size_t>(cpu), &wanted);
    if (::sched_setaffinity(0, sizeof wanted, &wanted) != 0) cannot("pin workers to the processors of --cpu-affinity", errno);
  }
  ~Affinity() {
    if (changed_) ::sched_setaffinity(0, sizeof before_, &before_);
  }
  Affinity(const Affinity&) = delete;
  Affinity& operator=(const Affinity&) = delete;

 private:
  bool changed_;
  cpu_set_t before_{};
};

/// posix_spawn with stdin, output and records in their places, default signals and a process group of its own.
pid_t spawn(const std::string& program, int order, int log, int records) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, order, 0);
  posix_spawn_file_actions_adddup2(&actions, log, 1);
  posix_spawn_file_actions_adddup2(&actions, log, 2);
  posix_spawn_file_actions_adddup2(&actions, records, kRecordFd);  // equal numbers lose their CLOEXEC
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  std::string name = program, command = "_worker";
  std::array<char*, 3> argv = {name.data(), command.data(), nullptr};
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) cannot(fmt::format("start the worker {}", program), error);
  return pid;
}

/// Processes that the kernel's out-of-memory killer has ended since boot.
std::int64_t oom_kills() {
  std::ifstream file("/proc/vmstat");
  std::string name;
  for (std::int64_t value = 0; file >> name >> value;) {
    if (name == "oom_kill") return value;
  }
  return 0;
}

}  // namespace

void LaunchResult::accept(Json record) {
  const std::string type = record.at("type");
  if (type == "metric") {
    metrics.push_back(metric_from_json(record));
  } else if (type == "sample") {
    samples.push_back(sample_from_json(record));
  } else if (type == "check") {
    checks.push_back(check_from_json(record));
  } else if (type == "artifact") {
    artifacts.push_back(artifact_from_json(record));
  } else if (type == "progress") {
    progress.push_back(std::move(record));
  } else if (type == "ran") {
    rans.push_back(record);
    ran = std::move(record);
  } else {
    end = std::move(record);
  }
}

WorkerProcess::WorkerProcess(const WorkerOrder& order, const WorkerSetup& setup)
    : started_(Clock::now()),
      deadline_(setup.timeout > 0 ? started_ + seconds(setup.timeout) : kNever),
      kill_at_(kNever),
      grace_(setup.grace) {
  oom_kills_before_ = oom_kills();
  start(order, setup);
}

void WorkerProcess::start(const WorkerOrder& order, const WorkerSetup& setup) {
  const Fd input(order_file(order));
  const Fd log(::open(setup.log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (log.get() < 0) cannot("write " + setup.log_path, errno);
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) cannot("make a pipe", errno);
  Fd from(pipe[0]);
  const Fd to(pipe[1]);
  ::fcntl(from.get(), F_SETFL, O_NONBLOCK);
  {
    const Affinity pinned(setup.cpu_affinity);
    std::signal(SIGCHLD, SIG_DFL);  // where our parent ignored it, children vanish and cannot be waited for
    pid_ = spawn(setup.program, input.get(), log.get(), to.get());
  }
  if (setup.memory_limit > 0) memory_ = MemoryGroup::make(setup.memory_limit);
  if (memory_) memory_->add(pid_);
  if (setup.priority != 0) ::setpriority(PRIO_PROCESS, static_cast<id_t>(pid_), setup.priority);
  records_ = from.release();
}

WorkerProcess::~WorkerProcess() {
  if (!ended_ && pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
  if (records_ >= 0) ::close(records_);
}

double WorkerProcess::patience() const {
  const auto next = std::min(stopping_ ? kNever : deadline_, kill_at_);
  if (next == kNever) return 3600;
  return std::max(0.0, std::chrono::duration<double>(next - Clock::now()).count());
}

void WorkerProcess::stop() {
  if (stopping_ || ended_) return;
  stopping_ = true;
  kill_at_ = Clock::now() + seconds(grace_);
  ::kill(pid_, SIGTERM);
}

void WorkerProcess::watch_the_clock() {
  const auto now = Clock::now();
  if (!stopping_ && now >= deadline_) {
    result_.timed_out = true;
    stop();
  }
  if (now >= kill_at_) {
    ::kill(-pid_, SIGKILL);
    kill_at_ = kNever;
  }
}

bool WorkerProcess::step() {
  if (ended_) return true;
  read_records();
  if (reap()) {
    read_records();  // what it wrote before it ended
    if (result_.protocol_error.empty() && reader_.pending() > 0 && !result_.term_signal) {
      result_.protocol_error = fmt::format("the record pipe ends within a record ({} bytes)", reader_.pending());
    }
    return true;
  }
  watch_the_clock();
  return false;
}

void WorkerProcess::read_records() {
  if (records_ < 0) return;
  constexpr int kReads = 32;  // more than a pipe holds; who writes without end leaves the supervisor its turn
  std::array<char, 1 << 16> buffer{};
  for (int reads = 0; reads < kReads; ++reads) {
    const ssize_t count = ::read(records_, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return;  // nothing there yet
    if (count == 0) {
      ::close(std::exchange(records_, -1));
      return;
    }
    if (!result_.protocol_error.empty()) continue;  // it is being ended; drain
    try {
      reader_.feed({buffer.data(), static_cast<std::size_t>(count)});
      while (auto record = reader_.next()) result_.accept(std::move(*record));
    } catch (const ProtocolError& error) {
      result_.protocol_error = error.what();
      ::kill(-pid_, SIGKILL);
    }
  }
}

bool WorkerProcess::reap() {
  int status = 0;
  rusage usage{};
  if (::wait4(pid_, &status, WNOHANG, &usage) != pid_) return false;
  ended_ = true;
  ::kill(-pid_, SIGKILL);  // what it started itself does not outlive it
  if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result_.term_signal = WTERMSIG(status);
  result_.group_killed = memory_ && memory_->has_killed();
  result_.kernel_killed = oom_kills() > oom_kills_before_;
  result_.seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  result_.peak_rss_bytes = usage.ru_maxrss * 1024;
  if (result_.end && result_.end->contains("peak_rss_bytes")) result_.peak_rss_bytes = result_.end->at("peak_rss_bytes");
  return true;
}

std::vector<Json> WorkerProcess::take_progress() { return std::exchange(result_.progress, {}); }

}  // namespace synthbench
