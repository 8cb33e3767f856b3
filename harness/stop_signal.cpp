#include "harness/stop_signal.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <stdexcept>

namespace synthbench {
namespace {

constexpr std::array kSignals = {SIGINT, SIGTERM};

volatile std::sig_atomic_t g_received = 0;
volatile std::time_t g_received_at = 0;
std::array<int, 2> g_pipe = {-1, -1};
std::array<struct sigaction, kSignals.size()> g_before;

constexpr std::time_t kOnceSeconds = 1;  ///< some wrappers send a signal to the process and to its group: that is one wish

std::time_t now_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

/// Impatience: a second signal, later, ends the process at once.
extern "C" void remember(int signal) {
  const int kept = errno;
  if (g_received != 0 && now_seconds() - g_received_at > kOnceSeconds) {
    std::signal(signal, SIG_DFL);
    ::raise(signal);
  }
  if (g_received == 0) {
    g_received_at = now_seconds();
    g_received = signal;
  }
  const char byte = 0;
  if (::write(g_pipe[1], &byte, 1) < 0) {
    // the pipe is full of earlier ones: poll() wakes anyway
  }
  errno = kept;
}

}  // namespace

StopSignal::StopSignal() {
  if (::pipe2(g_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("no pipe for signals");
  g_received = 0;
  struct sigaction action {};
  action.sa_handler = remember;
  action.sa_flags = SA_RESTART;  // SQLite and file locks see nothing of it
  sigemptyset(&action.sa_mask);
  for (std::size_t k = 0; k < kSignals.size(); ++k) ::sigaction(kSignals[k], &action, &g_before[k]);
}

StopSignal::~StopSignal() {
  for (std::size_t k = 0; k < kSignals.size(); ++k) ::sigaction(kSignals[k], &g_before[k], nullptr);
  for (int& end : g_pipe) {
    ::close(end);
    end = -1;
  }
}

int StopSignal::received() const { return g_received; }
int StopSignal::wake_fd() const { return g_pipe[0]; }

}  // namespace synthbench
