#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "harness/plan.h"
#include "results/store.h"

namespace synthbench {

/// What the command line says about a run; the plan says the rest.
struct RunOptions {
  enum class Order : std::uint8_t {
    interleaved,  ///< launches take turns within a group of at most 16 speed cells (harness/groups.h)
    grid,         ///< cell after cell, in plan order
    random,       ///< groups in random order, and the cells of each round as well
  };
  std::string db_path;        ///< logs and artifacts go beside it: DB.logs/, DB.artifacts/
  std::string grid_path;      ///< named in the commands that reproduce a cell; empty: bench
  Json argv = Json::array();  ///< stored with the sweep
  Order order = Order::interleaved;
  std::uint64_t order_seed = 0;    ///< of Order::random; 0: drawn afresh
  std::vector<std::string> retry;  ///< states to try again: failed, oom, timeout, crashed, unsupported
  bool force = false;              ///< try every cell again; implies Reuse::never
  Reuse reuse = Reuse::automatic;
  bool fail_fast = false;         ///< the same as max_failures = 1
  std::int64_t max_failures = 0;  ///< stop at so many failed cells of this run; 0: never
  int jobs = 1;                   ///< training cells at a time, each on its own processors; speed cells never share a device
  bool oom_backstop = true;
  std::int64_t memory_limit = 0;  ///< bytes of a worker's memory (RLIMIT_DATA, and cgroup v2 where writable); 0: none
  double delay = 0;               ///< seconds of rest before each speed launch
  std::vector<int> cpu_affinity;  ///< processors of the workers; empty: all
  int priority = 0;               ///< nice value added to the workers'
  std::string program_folder;     ///< where the workers' programs lie; empty: beside this one
};

/// Something to tell the user while the run goes on.
struct CellNews {
  std::int64_t number = 0;  ///< cells that have their end, this one included
  std::int64_t total = 0;   ///< cells of the sweep that are not excluded
  std::int64_t cell_id = 0, ordinal = 0, seed = 0;
  const Config* config = nullptr;
  std::string state;                                ///< "running" when started, else how it ended
  std::string reason;                               ///< one line; empty when done
  const std::vector<MetricRow>* metrics = nullptr;  ///< of a finished cell
  double median = -1;                               ///< seconds, of a finished speed cell; negative: none
  double seconds = 0;                               ///< wall time that the attempt took
  double seconds_left = -1;                         ///< of the whole run, from the cells that finished; negative: not known yet
};

/// Callbacks of a run; an empty one is not called. They run between launches, in the caller's thread.
struct RunEvents {
  std::function<void(const CellNews&)> started, finished;
  /// A training's progress record: step of steps, and a line of text.
  std::function<void(const CellNews&, std::int64_t step, std::int64_t of, const std::string& text)> progress;
  std::function<void(const std::string&)> note;  ///< "3 cells reused", "waiting for the device" ...
};

struct RunSummary {
  std::int64_t sweep = 0;                      ///< its id
  std::map<std::string, std::int64_t> states;  ///< cells of the sweep by state, at the end
  std::int64_t attempts = 0;                   ///< started by this run
  int signal = 0;                              ///< SIGINT or SIGTERM stopped the run

  /// 130/143 after a signal; 3 when cells failed; 5 when none has a result; else 0. unsupported and excluded are no failures.
  int exit_code() const;
};

/// Stores the plan, then runs each of its cells in worker processes until every one has its end; the same call continues
/// what was interrupted. Several processes may run one plan on one database: they share the work.
/// Throws UserError when the database or its folder cannot be written; workers are ended before.
RunSummary run_plan(const Plan& plan, Store& store, const RunOptions& options, const RunEvents& events);

}  // namespace synthbench
