#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/memory_group.h"
#include "harness/protocol.h"

namespace synthbench {

/// How a worker is started.
struct WorkerSetup {
  std::string program;            ///< synthbench or synthbench-torch, with its folder
  std::string log_path;           ///< stdout and stderr are appended here
  std::vector<int> cpu_affinity;  ///< empty: as the supervisor
  int priority = 0;               ///< nice value added
  double timeout = 0;             ///< seconds for the whole life; 0: none
  double grace = 2;               ///< seconds from SIGTERM to SIGKILL
  std::int64_t memory_limit = 0;  ///< > 0: bytes of all its memory, in a control group where one can be made
};

/// Everything that one worker process left behind.
struct LaunchResult {
  std::optional<Json> ran, end;
  std::vector<Json> rans;  ///< every "ran" record: all of them have to tell the truth
  std::vector<MetricRow> metrics;
  std::vector<SampleRow> samples;
  std::vector<CheckRow> checks;
  std::vector<ArtifactRow> artifacts;
  std::vector<Json> progress;  ///< not yet taken
  std::string protocol_error;  ///< empty: every byte was a record
  bool timed_out = false;
  std::optional<int> exit_code, term_signal;
  std::int64_t peak_rss_bytes = 0;  ///< as the worker reports, else as the kernel does
  bool group_killed = false;        ///< its control group reached the memory limit
  bool kernel_killed = false;       ///< the kernel's out-of-memory killer was at work meanwhile
  double seconds = 0;

  /// One record, as RecordReader gives it. Throws ProtocolError.
  void accept(Json record);
};

/// One worker process. Single-threaded: the owner polls record_fd() and calls step().
class WorkerProcess {
 public:
  /// Starts `program _worker` in a process group of its own, so that Ctrl-C in a terminal reaches only the supervisor.
  /// Throws UserError when the program or the log cannot be opened.
  WorkerProcess(const WorkerOrder& order, const WorkerSetup& setup);
  /// Kills what still lives.
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  int record_fd() const { return records_; }
  /// Seconds until step() has something to do without a record: the timeout, the grace after SIGTERM.
  double patience() const;
  /// Reads what has come, watches the clock, reaps. True when the worker has ended and result() is whole.
  bool step();
  /// SIGTERM now, SIGKILL after the grace.
  void stop();
  const LaunchResult& result() const { return result_; }
  LaunchResult& result() { return result_; }
  /// Records of the type "progress", in the order in which they came; taken out.
  std::vector<Json> take_progress();

 private:
  using Clock = std::chrono::steady_clock;

  void start(const WorkerOrder& order, const WorkerSetup& setup);
  void read_records();
  void watch_the_clock();
  bool reap();

  pid_t pid_ = -1;
  int records_ = -1;
  std::unique_ptr<MemoryGroup> memory_;
  RecordReader reader_;
  LaunchResult result_;
  Clock::time_point started_, deadline_, kill_at_;
  double grace_ = 0;
  bool stopping_ = false, ended_ = false;
  std::int64_t oom_kills_before_ = 0;
};

}  // namespace synthbench
